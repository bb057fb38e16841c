import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import worker from "../../../src/worker.ts";
import { NOON, nowSeconds, passTime, setClock } from "../../clock.ts";
import { HOST_API_KEY } from "../../outside/host-key.ts";
import { onRequest } from "../../sandbox/job.ts";
import { call } from "../account/calls.worker.ts";
import {
  ended,
  type Installed,
  installPlugin,
  postEvent,
  type Registered,
  registeredInstance,
  requestCreated,
} from "./installed.worker.ts";

const TELLING = `
  const tell = (name) => async (context, about) => { context.log.info(name, about); };
  export default { lifecycle: Object.fromEntries(
    ["install", "activate", "deactivate", "update", "uninstall", "licenseChanged"].map((hook) => [hook, tell(hook)])) };`;

/** What the cron does every minute. */
async function tick(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled?.(createScheduledController(), env as never, context);
  await waitOnExecutionContext(context);
}

async function asInstance(instance: Registered, method: string, path: string, body?: unknown) {
  return call(method, path, { bearer: await instance.bearer(), ...(body === undefined ? {} : { body }) });
}

/** What the plugin was told, oldest first, once as many runs ended. */
async function told(instance: Registered, installed: Installed, count: number): Promise<string[]> {
  const rows = await ended(instance, installed, count);
  return rows.toReversed().map(({ action }) => action as string);
}

async function rowsOf({ activationId }: Installed) {
  const { results } = await env.DB.prepare("SELECT * FROM executions WHERE activation_id = ? ORDER BY rowid")
    .bind(activationId)
    .all<{
      id: string;
      event_id: string;
      event_name: string;
      outcome: string;
      not_before: number | null;
      attempt: number;
    }>();
  return results;
}

it("tells a plugin of its installation, pause, resumption and removal, each once and in order", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: TELLING });
  await tick();
  expect(await told(instance, installed, 2)).toEqual(["install", "activate"]);
  const path = `/v1/installations/${installed.activationId}`;
  expect((await asInstance(instance, "PATCH", path, { action: "deactivate" })).status).toBe(200);
  expect((await told(instance, installed, 3)).at(-1)).toBe("deactivate");
  await asInstance(instance, "PATCH", path, { action: "deactivate" });
  await asInstance(instance, "PATCH", path, { action: "activate" });
  expect((await told(instance, installed, 4)).at(-1)).toBe("activate");
  expect((await asInstance(instance, "DELETE", path)).status).toBe(200);
  await ended(instance, installed, 6);
  await Promise.all([tick(), tick()]);
  expect((await rowsOf(installed)).map(({ event_name, outcome }) => `${event_name} ${outcome}`)).toEqual(
    ["install", "activate", "deactivate", "activate", "deactivate", "uninstall"].map((hook) => `${hook} ok`),
  );
});

it("tells of an update with the version before, and of a changed license", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: TELLING });
  await tick();
  await ended(instance, installed, 2);
  await env.DB.batch([
    env.DB.prepare("UPDATE lifecycle_told SET version = '0.9.0' WHERE activation_id = ?").bind(installed.activationId),
    env.DB.prepare("UPDATE licenses SET epoch = epoch + 1 WHERE id = ?").bind(installed.licenseId),
  ]);
  const acts = await Promise.all(
    Array.from({ length: 4 }, () =>
      asInstance(instance, "PATCH", `/v1/installations/${installed.activationId}`, { action: "activate" }),
    ),
  );
  expect(acts.every(({ status }) => status === 200)).toBe(true);
  const rows = await ended(instance, installed, 4);
  expect(
    rows
      .toReversed()
      .map(({ action, logs }) => `${action} ${logs[0].text}`)
      .slice(2),
  ).toEqual(['update update {"from":"0.9.0"}', "licenseChanged licenseChanged {}"]);
});

it("never lets a plugin that fails its hooks hold up the act", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    module: `export default { lifecycle: { deactivate: () => { throw new Error("I stay"); }, uninstall: () => { throw new Error("no"); } } };`,
  });
  await tick();
  await ended(instance, installed, 2);
  const released = await asInstance(instance, "DELETE", `/v1/installations/${installed.activationId}`);
  expect(released).toMatchObject({ status: 200, body: { code: "RELEASED" } });
  const rows = await ended(instance, installed, 4);
  expect(rows.slice(0, 2).map(({ action, outcome, errorMessage }) => [action, outcome, errorMessage])).toEqual([
    ["uninstall", "plugin_error", "no"],
    ["deactivate", "plugin_error", "I stay"],
  ]);
});

const HOURLY = { id: "hourly", cron: "0 * * * *", timezone: "UTC", missed: "once" };
const SCHEDULED = `export default { schedules: { hourly: async (context, about) => { context.log.info(about.at); } } };`;

async function scheduled(missed: "once" | "skip" = "once") {
  setClock(NOON);
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: SCHEDULED, schedules: [{ ...HOURLY, missed }] });
  await env.DB.prepare("UPDATE activations SET lease_until = ? WHERE id = ?")
    .bind(NOON + 1e7, installed.activationId)
    .run();
  await tick();
  await ended(instance, installed, 2);
  const slots = async () =>
    (await rowsOf(installed)).map(({ event_id }) => event_id).filter((id) => id.startsWith("~schedule"));
  return { instance, installed, slots };
}

it("runs a schedule at its slot, once however many sweep, and not before its jitter", async () => {
  const { instance, installed, slots } = await scheduled();
  passTime(3599);
  await tick();
  expect(await slots()).toEqual([]);
  passTime(125);
  await Promise.all([tick(), tick(), tick()]);
  expect(await slots()).toEqual([`~schedule:hourly:${NOON + 3600}`]);
  const rows = await ended(instance, installed, 3);
  expect(rows[0]).toMatchObject({ action: "hourly", outcome: "ok", logs: [{ text: "2026-12-05T13:00:00.000Z" }] });
});

it("makes up the newest of many missed slots at most, and none where the manifest says skip", async () => {
  const [one, none] = [await scheduled("once"), await scheduled("skip")];
  passTime(5 * 3600 + 1800);
  await tick();
  expect(await one.slots()).toEqual([`~schedule:hourly:${NOON + 5 * 3600}`]);
  expect(await none.slots()).toEqual([]);
  passTime(1800 + 125);
  await tick();
  expect((await one.slots()).at(-1)).toBe(`~schedule:hourly:${NOON + 6 * 3600}`);
  expect(await none.slots()).toEqual([`~schedule:hourly:${NOON + 6 * 3600}`]);
});

it("lets slots pass while the installation is paused or its license ended", async () => {
  const { installed, slots } = await scheduled();
  await env.DB.prepare("UPDATE activations SET paused_at = 1 WHERE id = ?").bind(installed.activationId).run();
  passTime(3600 + 125);
  await tick();
  await env.DB.prepare("UPDATE activations SET paused_at = NULL WHERE id = ?").bind(installed.activationId).run();
  await env.DB.prepare("UPDATE licenses SET expires_at = ? WHERE id = ?")
    .bind(nowSeconds() - 1, installed.licenseId)
    .run();
  passTime(3600);
  await tick();
  expect(await slots()).toEqual([]);
});

it("tries again what may pass by itself, later each time, keeps what comes after in its order, and is dead after six", async () => {
  const instance = await registeredInstance("http://127.0.0.1:9999/html");
  const installed = await installPlugin({
    instance,
    granted: ["requests.read", "customers.read"],
    module: onRequest(`await context.customers.list();`),
  });
  await postEvent(instance, requestCreated("evt_first"));
  await postEvent(instance, requestCreated("evt_second"));
  await postEvent(instance, requestCreated("evt_other", { entityId: "2" }));
  const first = () => rowsOf(installed).then((rows) => rows[0] as (typeof rows)[0]);
  const waits: number[] = [];
  for (let tries = 1; tries <= 6; tries++) {
    for (let waited = 0; (await first()).attempt < tries || (await first()).outcome === "running"; waited += 20) {
      if (waited > 8000) throw new Error("it was not tried");
      await scheduler.wait(20);
    }
    const row = await first();
    if (tries === 6) break;
    expect(row).toMatchObject({ outcome: "queued", attempt: tries });
    expect((await rowsOf(installed))[1]).toMatchObject({ outcome: "queued", attempt: 0 });
    waits.push((row.not_before ?? 0) - nowSeconds());
    await env.DB.prepare("UPDATE executions SET not_before = 1 WHERE id = ?").bind(row.id).run();
    await env.EVENTS.send({ executionId: row.id });
  }
  expect(waits.every((wait, at) => at === 0 || wait > (waits[at - 1] as number))).toBe(true);
  expect(await first()).toMatchObject({ outcome: "plugin_error", attempt: 6 });
  for (let waited = 0; ((await rowsOf(installed))[1]?.attempt ?? 0) === 0 && waited < 8000; waited += 20)
    await scheduler.wait(20);
  expect((await rowsOf(installed))[1]?.attempt).toBeGreaterThan(0);
});

it("replays what is dead, for its own people only, as long as its event is kept", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["requests.read", "storage.read", "storage.write"],
    module: onRequest(`
    const seen = await context.storage.get("seen"); await context.storage.set("seen", true); if (!seen) throw new Error("once");`),
  });
  await postEvent(instance, requestCreated("evt_dead"));
  const [row] = await ended(instance, installed);
  expect(row.outcome).toBe("plugin_error");
  const path = `/v1/executions/${row.id}/replay`;
  const stranger = await registeredInstance();
  expect(await asInstance(stranger, "POST", path)).toMatchObject({
    status: 404,
    body: { code: "execution_not_found" },
  });
  const dead = await asInstance(
    instance,
    "GET",
    `/v1/installations/${installed.installationId}/executions?outcome=dead`,
  );
  expect(dead.body.data.map(({ id }: { id: string }) => id)).toEqual([row.id]);
  const [one, two] = await Promise.all([
    asInstance(instance, "POST", path),
    call("POST", path, { bearer: instance.accountToken }),
  ]);
  expect([one.status, two.status].sort()).toEqual([202, 409]);
  expect((await ended(instance, installed))[0].outcome).toBe("ok");
  expect(await asInstance(instance, "POST", path)).toMatchObject({ status: 409, body: { code: "execution_not_dead" } });
  await env.DB.prepare("UPDATE executions SET outcome = 'plugin_error' WHERE id = ?").bind(row.id).run();
  expect(await asInstance(instance, "POST", path)).toMatchObject({ status: 410, body: { code: "execution_gone" } });
});

it("suspends after ten failures in a row, says so to the instance once, and runs again when resumed", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    module: onRequest(`if (event.entityId !== "99") throw new Error("always");`),
  });
  for (let n = 1; n <= 11; n++) await postEvent(instance, requestCreated(`evt_${n}`, { entityId: String(n) }));
  const rows = await ended(instance, installed, 10);
  expect(rows.filter(({ outcome }) => outcome === "plugin_error").length).toBeGreaterThanOrEqual(10);
  const late = await postEvent(instance, requestCreated("evt_late", { entityId: "99" }));
  expect(late.body.deliveries).toEqual([]);
  const { results } = await env.DB.prepare(
    "SELECT data FROM webhook_outbox WHERE instance_id = ? AND event = 'installation.suspended'",
  )
    .bind(Number(instance.instanceId))
    .all<{ data: string }>();
  expect(results.map(({ data }) => JSON.parse(data))).toEqual([
    {
      activationId: installed.activationId,
      installationId: installed.installationId,
      pluginId: String(installed.pluginId),
      reason: "repeated_failures",
      failures: expect.any(Number),
    },
  ]);
  const resume = `/v1/installations/${installed.installationId}/resume`;
  const state = await asInstance(instance, "GET", `/v1/installations/${installed.installationId}/suspension`);
  expect(state.body).toMatchObject({ suspended: true, suspension: { reason: "repeated_failures", by: "system" } });
  const stranger = await registeredInstance();
  expect((await asInstance(stranger, "POST", resume)).status).toBe(404);
  expect(await asInstance(instance, "POST", resume)).toMatchObject({ status: 200, body: { suspended: false } });
  await postEvent(instance, requestCreated("evt_again", { entityId: "99" }));
  expect((await ended(instance, installed, 11))[0]).toMatchObject({ outcome: "ok" });
});

it.each([
  [
    "suspends the installation",
    async (instance: Registered, { installationId }: Installed) => {
      const stopped = await asInstance(instance, "POST", `/v1/installations/${installationId}/suspend`, {
        reason: "Looks wrong",
      });
      expect(stopped).toMatchObject({ status: 200, body: { suspended: true, suspension: { reason: "Looks wrong" } } });
    },
  ],
  [
    "blocks the release",
    async (_: Registered, { pluginId }: Installed) => {
      await env.DB.prepare(
        "INSERT INTO blocked_digests (sha256, reason, at) SELECT sha256, 'test', 1 FROM releases WHERE plugin_id = ?",
      )
        .bind(pluginId)
        .run();
    },
  ],
  [
    "suspends the plugin",
    async (_: Registered, { pluginId }: Installed) => {
      await env.DB.prepare(
        `INSERT INTO plugin_suspensions (plugin_id, by_desk, reason, actor_kind, actor_id, state, listed, at)
         VALUES (?, 1, 'test', 'account', '1', 'active', 1, 1)`,
      )
        .bind(pluginId)
        .run();
      await env.DB.prepare("UPDATE plugins SET state = 'quarantined' WHERE id = ?").bind(pluginId).run();
    },
  ],
])("ends a running isolate and its capabilities when somebody %s", async (_, stop) => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["storage.read", "storage.write"],
    schedules: [HOURLY],
    module: `export default { schedules: { hourly: async (context) => {
      for (let n = 1; n < 600; n++) { await context.storage.set("n", n); await new Promise((done) => setTimeout(done, 50)); } } } };`,
  });
  const id = `exe_${"0".repeat(16)}${installed.activationId.slice(-10)}`;
  await env.DB.prepare(
    `INSERT INTO executions (id, activation_id, instance_id, plugin_id, version, kind, event_id, event_name, outcome, created_at)
     VALUES (?, ?, ?, ?, '1.0.0', 'schedule', '~schedule:hourly:1796472000', 'hourly', 'queued', 1)`,
  )
    .bind(id, installed.activationId, Number(instance.instanceId), installed.pluginId)
    .run();
  await env.EVENTS.send({ executionId: id });
  const own = (exports as unknown as { InstallationStorage: DurableObjectNamespace }).InstallationStorage.getByName(
    installed.activationId,
  ) as unknown as {
    perform(rate: object, act: object, max: null): Promise<{ value: number | null }>;
  };
  const count = async () =>
    (await own.perform({ method: "export", perMinute: 1e6, globalPerMinute: 1e9 }, { act: "get", key: "n" }, null))
      .value ?? 0;
  for (let waited = 0; (await count()) < 3 && waited < 8000; waited += 50) await scheduler.wait(50);
  await stop(instance, installed);
  const rows = await ended(instance, installed);
  expect(rows.find((row) => row.id === id).outcome).toBe("stopped");
  const after = await count();
  await scheduler.wait(300);
  expect(await count()).toBe(after);
  expect((await postEvent(instance, requestCreated("evt_after"))).body.deliveries).toEqual([]);
});

/** One request to the instance's own API, as its people make them. */
async function onInstance(method: string, path: string, body: object): Promise<{ id: number }> {
  const response = await fetch(`http://127.0.0.1:9999/api${path}`, {
    method,
    headers: { authorization: `ApiKey ${HOST_API_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { data: { id: number } };
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer.data;
}

it("derives what the host never fires from two looks at its rows, once, and not where the instance tells it itself", async () => {
  const instance = await registeredInstance();
  const events = ["request.assigned", "request.completed", "request.status_changed"].map((on) => ({ on }));
  const module = `const tell = async (context, event) => context.log.info({ event: event.event, changes: event.changes });
    export default { events: { ${events.map(({ on }) => `"${on}": tell`).join(", ")} } };`;
  const installed = await installPlugin({ instance, events, module });
  const { id } = await onInstance("POST", "/requests", {
    name: "Eva",
    email: "eva@firm.at",
    service: "Windows",
    message: "Please",
  });
  await tick();
  await onInstance("PUT", `/requests/${id}`, { status: "COMPLETED", processorId: 1 });
  await tick();
  const own = async () => {
    const { results } = await env.DB.prepare(
      "SELECT event_name FROM executions WHERE activation_id = ? AND kind = 'event' ORDER BY rowid",
    )
      .bind(installed.activationId)
      .all<{ event_name: string }>();
    return results.map(({ event_name }) => event_name);
  };
  // Looked at less than five minutes ago.
  expect(await own()).toEqual([]);
  await env.DB.prepare("UPDATE watched_instances SET polled_at = 0").run();
  await Promise.all([tick(), tick()]);
  expect(await own()).toEqual(["request.status_changed", "request.assigned", "request.completed"]);
  const rows = await ended(instance, installed, 5);
  const told = rows.find(({ action }) => action === "request.status_changed");
  expect(JSON.parse(told.logs[0].text).changes).toMatchObject({ status: { from: "NEW", to: "COMPLETED" } });
  await env.DB.prepare("UPDATE watched_instances SET polled_at = 0").run();
  await tick();
  expect(await own()).toHaveLength(3);
  await postEvent(instance, requestCreated("evt_self", { event: "request.status_changed", entityId: String(id) }));
  await onInstance("PUT", `/requests/${id}`, { status: "NEW" });
  await env.DB.prepare("UPDATE watched_instances SET polled_at = 0").run();
  await tick();
  expect(await own()).toHaveLength(4);
});

it("derives what an instance shows by posting: users too, and rows that nobody can ask for", async () => {
  const instance = await registeredInstance("https://unreachable.example.com/api");
  await call("PUT", "/v1/instances/mode", { bearer: await instance.bearer(), body: { mode: "pull" } });
  const events = ["user.status_changed", "appointment.completed", "request.assigned"].map((on) => ({ on }));
  const module = `const tell = async (context, event) => context.log.info({ event: event.event, data: event.data, changes: event.changes });
    export default { events: { ${events.map(({ on }) => `"${on}": tell`).join(", ")} } };`;
  const granted = ["appointments.read", "requests.read", "users.read"];
  const installed = await installPlugin({ instance, events, module, granted });
  let n = 0;
  const post = async (entity: string, operation: string, data: object) => {
    const event = `${entity}.${operation}`;
    const over = { event, entity, entityId: "5", data: { id: 5, ...data } };
    return postEvent(instance, requestCreated(`evt_posted_${++n}`, over));
  };
  await post("user", "created", { name: "Eva", status: "active" });
  await post("user", "updated", { name: "Eva B.", status: "ACTIVE" });
  await post("user", "updated", { name: "Eva B.", status: "suspended", passwordHash: "x", phone: "1" });
  await post("appointment", "updated", { status: "PLANNED" });
  await post("appointment", "updated", { status: "COMPLETED" });
  // Templates write numbers as text, and leave out what they do not know.
  await post("request", "created", { status: "NEW", processorId: "3" });
  await post("request", "updated", { status: "NEW" });
  await post("request", "updated", { status: "NEW", processorId: "4" });
  const told = async () => {
    const rows = await ended(instance, installed, 3);
    return rows.filter(({ logs }) => logs.length > 0).map(({ logs }) => JSON.parse(logs[0].text));
  };
  const all = await told();
  expect(all.map(({ event }) => event).sort()).toEqual(events.map(({ on }) => on).sort());
  const user = all.find(({ event }) => event === "user.status_changed");
  expect(user.changes).toEqual({ status: { from: "ACTIVE", to: "SUSPENDED" } });
  expect(user.data).toEqual({ id: 5, name: "Eva B.", status: "suspended" });
  expect(all.find(({ event }) => event === "request.assigned").changes).toEqual({
    processorId: { from: "3", to: "4" },
  });
  // A repeat of the same post says nothing new; who tells it by itself is not second-guessed.
  await postEvent(
    instance,
    requestCreated("evt_posted_3", {
      event: "user.updated",
      entity: "user",
      entityId: "5",
      data: { id: 5, name: "Eva B.", status: "suspended", passwordHash: "x", phone: "1" },
    }),
  );
  await post("user", "status_changed", { status: "active" });
  await post("user", "updated", { status: "deleted" });
  expect((await ended(instance, installed, 4)).filter(({ action }) => action === "user.status_changed")).toHaveLength(
    2,
  );
});
