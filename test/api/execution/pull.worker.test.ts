import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type AppliedAction, applyActions, type PullOptions } from "../../../src/sdk/client/index.ts";
import { createEmulator } from "../../../src/sdk/testing/index.ts";
import worker from "../../../src/worker.ts";
import { NOON, passTime, setClock } from "../../clock.ts";
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

const ORIGIN = "http://localhost:8787";

async function tick(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled?.(createScheduledController(), env as never, context);
  await waitOnExecutionContext(context);
}

async function asInstance(instance: Registered, method: string, path: string, body?: unknown) {
  return call(method, path, { bearer: await instance.bearer(), ...(body === undefined ? {} : { body }) });
}

const WRITES = onRequest(`
  const customer = await context.customers.get(7);
  const found = await context.customers.list({ city: "WIEN" });
  const made = await context.customers.create({ name: "New " + customer.name });
  await context.requests.update(1, { status: "COMPLETED" });
  const absent = await context.customers.get(8).catch((error) => error.code);
  context.log.info({ found: found.total, pending: made.pendingAction.slice(0, 4), absent });
  if (event.data.fail) throw Object.assign(new Error("later"), { retry: true });`);
const SNAPSHOT = {
  customers: [
    { id: 7, name: "Eva", city: "Wien", password: "x" },
    { id: 9, name: "Max", city: "Graz" },
  ],
};

async function pulling() {
  const instance = await registeredInstance("https://unreachable.example.com/api");
  expect(await asInstance(instance, "PUT", "/v1/instances/mode", { mode: "pull" })).toMatchObject({
    status: 200,
    body: { mode: "pull" },
  });
  const fields = {
    name: "Second",
    url: "https://second.example.com",
    appVersion: "0.1.0",
    webhookUrl: "https://second.example.com/h",
  };
  const born = await call("POST", "/v1/instances/register", {
    bearer: instance.accountToken,
    body: { ...fields, mode: "pull" },
  });
  const mode = env.DB.prepare("SELECT mode FROM instance_modes WHERE instance_id = ?").bind(
    Number(born.body.instanceId),
  );
  expect(await mode.first()).toEqual({ mode: "pull" });
  const granted = ["requests.read", "requests.write", "customers.read", "customers.write"];
  const installed = await installPlugin({ instance, granted, module: WRITES });
  return { instance, installed };
}

it("runs the same plugin where the instance cannot be called: reads from the snapshot, writes as actions", async () => {
  const { instance, installed } = await pulling();
  const sent = await postEvent(instance, requestCreated("evt_pull", { snapshot: SNAPSHOT }));
  expect(sent.status).toBe(202);
  const [row] = await ended(instance, installed);
  expect(row).toMatchObject({ outcome: "ok" });
  expect(JSON.parse(row.logs[0].text)).toEqual({ found: 1, pending: "axn_", absent: "host_unavailable" });
  expect(JSON.stringify(row)).not.toContain("password");

  const apiKey = `rk_live_${"ab".repeat(32)}`;
  const emulator = createEmulator({ apiKey });
  const first = (await asInstance(instance, "GET", "/v1/instances/actions")).body.actions;
  expect(first.map(({ method }: { method: string }) => method)).toEqual(["customers.create", "requests.update"]);
  const again = (await asInstance(instance, "GET", "/v1/instances/actions?wait=1")).body.actions;
  expect(again).toEqual(first);
  const kept = new Map<string, AppliedAction>();
  let applied = 0;
  let isAnswerLost = true;
  const pull: PullOptions = {
    marketplace: ORIGIN,
    credentials: { apiKey: (await instance.bearer()).split(":")[0] as string, apiSecret: instance.apiSecret },
    wait: 1,
    applied: { get: async (id) => kept.get(id) ?? null, set: async (id, result) => void kept.set(id, result) },
    // The first acknowledgement never arrives.
    fetch: async (url, init) => {
      if (url.endsWith("/ack") && isAnswerLost) {
        isAnswerLost = false;
        throw new Error("the line broke");
      }
      return exports.default.fetch(url, init as RequestInit);
    },
    async apply({ request }) {
      applied++;
      const answer = await emulator.fetch(
        new Request(`http://127.0.0.1:9999/api${request.path}`, {
          method: request.verb,
          headers: { authorization: `ApiKey ${apiKey}`, "content-type": "application/json" },
          body: JSON.stringify(request.body),
        }),
      );
      return { ok: answer.ok, status: answer.status };
    },
  };
  await expect(applyActions(pull)).rejects.toThrow("the line broke");
  expect(await applyActions(pull)).toBe(2);
  expect([applied, [...kept.values()].map(({ ok }) => ok)]).toEqual([2, [true, true]]);
  expect(emulator.state.customers.some(({ name }) => name === "New Eva")).toBe(true);
  const repeated = await asInstance(instance, "POST", "/v1/instances/actions/ack", {
    results: [{ id: first[0].id, ok: false }],
  });
  expect(repeated.body.acknowledged).toEqual([first[0].id]);
  expect((await asInstance(instance, "GET", "/v1/instances/actions")).body.actions).toEqual([]);
  const { results: rows } = await env.DB.prepare("SELECT state, request FROM actions WHERE activation_id = ?")
    .bind(installed.activationId)
    .all();
  expect(rows).toEqual([
    { state: "done", request: null },
    { state: "done", request: null },
  ]);
});

it("wishes once however often a run is tried, shows actions to no other instance, gives them up after seven days", async () => {
  const { instance, installed } = await pulling();
  await postEvent(instance, requestCreated("evt_again", { snapshot: SNAPSHOT, data: { id: 1, fail: true } }));
  const tries = async () =>
    (
      await env.DB.prepare("SELECT attempt FROM executions WHERE activation_id = ?")
        .bind(installed.activationId)
        .first<{ attempt: number }>()
    )?.attempt ?? 0;
  for (let wanted = 1; wanted <= 3; wanted++) {
    for (let waited = 0; (await tries()) < wanted && waited < 8000; waited += 20) await scheduler.wait(20);
    await scheduler.wait(150);
    const row = await env.DB.prepare("UPDATE executions SET not_before = 1 WHERE activation_id = ? RETURNING id")
      .bind(installed.activationId)
      .first<{ id: string }>();
    await env.EVENTS.send({ executionId: row?.id as string });
  }
  const { body } = await asInstance(instance, "GET", "/v1/instances/actions");
  expect(body.actions).toHaveLength(2);
  const stranger = await registeredInstance();
  expect((await asInstance(stranger, "GET", "/v1/instances/actions")).body.actions).toEqual([]);
  const foreign = await asInstance(stranger, "POST", "/v1/instances/actions/ack", {
    results: [{ id: body.actions[0].id, ok: true }],
  });
  expect(foreign.body.acknowledged).toEqual([]);
  passTime(8 * 86_400);
  await tick();
  expect((await asInstance(instance, "GET", "/v1/instances/actions")).body.actions).toEqual([]);
});

async function postHook(address: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await exports.default.fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": "Rising-BSM/1.0", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) };
}

it("takes unsigned automation webhooks at the secret address and by header, and maps what the host's templates write", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: onRequest(`context.log.info(event);`) });
  const { status, body: hook } = await asInstance(instance, "POST", "/v1/instances/hook");
  expect(status).toBe(201);
  const templated = { event: "request.create", id: "12", name: "Eva", message: "", customer: "[object Object]" };
  expect((await postHook(hook.url, templated)).status).toBe(202);
  expect(
    (await postHook(`${hook.headerUrl}?event=Request.Created`, { data: { id: "13" } }, { "x-rbsm-hook": hook.secret }))
      .status,
  ).toBe(202);
  const rows = await ended(instance, installed, 2);
  const seen = rows
    .map(({ logs }) => JSON.parse(logs[0].text))
    .toSorted((a, b) => Number(a.entityId) - Number(b.entityId));
  expect(seen[0]).toMatchObject({
    event: "request.created",
    entity: "request",
    entityId: "12",
    data: { id: 12, name: "Eva" },
  });
  expect(Object.keys(seen[0].data).sort()).toEqual(["id", "name"]);
  expect(seen[1]).toMatchObject({ entityId: "13" });
});

it("rotates the secret with a day of overlap, ends it at once when dropped, and keeps it nowhere", async () => {
  setClock(NOON);
  const instance = await registeredInstance();
  const event = { event: "request.created", id: "1" };
  const first = (await asInstance(instance, "POST", "/v1/instances/hook")).body;
  const second = (
    await call("POST", "/v1/instances/hook", {
      bearer: instance.accountToken,
      body: { instanceId: instance.instanceId },
    })
  ).body;
  expect((await postHook(first.url, event)).status).toBe(202);
  passTime(86_401);
  expect((await postHook(first.url, event)).status).toBe(404);
  expect((await postHook(second.url, event)).status).toBe(202);
  const dump = JSON.stringify(await env.DB.prepare("SELECT * FROM event_hooks").all());
  expect(dump).not.toContain("rbsm_hook_");
  expect((await postHook(`${ORIGIN}/v1/hooks/${"x".repeat(53)}`, event)).status).toBe(404);
  const wrong = await postHook(`${ORIGIN}/v1/hooks/rbsm_hook_${"x".repeat(43)}`, event);
  expect([wrong.status, wrong.text.includes("xxxx")]).toEqual([404, false]);
  const stranger = await registeredInstance();
  expect((await asInstance(stranger, "POST", "/v1/instances/hook", { instanceId: instance.instanceId })).status).toBe(
    404,
  );
  expect((await asInstance(instance, "DELETE", "/v1/instances/hook")).body).toEqual({ dropped: true });
  expect((await postHook(second.url, event)).status).toBe(404);
});

it("refuses hooks it cannot map, that are no JSON or too large, and more than 120 in a minute", async () => {
  setClock(NOON);
  const instance = await registeredInstance();
  const { url } = (await asInstance(instance, "POST", "/v1/instances/hook")).body;
  expect(await postHook(url, { event: "invoice.paid", id: "1" })).toMatchObject({
    status: 422,
    body: { code: "hook_unmapped" },
  });
  expect((await postHook(url, { event: "request.created" })).status).toBe(422);
  expect((await postHook(url, "{")).status).toBe(400);
  expect((await postHook(url, { text: "x".repeat(70_000) })).status).toBe(413);
  const own = (exports as unknown as { InstallationStorage: DurableObjectNamespace }).InstallationStorage.getByName(
    `hook:${instance.instanceId}`,
  ) as unknown as { spend(rate: object): Promise<number | null> };
  for (let n = 0; n < 120; n++) await own.spend({ method: "hook", perMinute: 120, globalPerMinute: 120 });
  expect((await postHook(url, { event: "request.created", id: "1" })).status).toBe(429);
});

const COUNTS = onRequest(`
  const count = ((await context.storage.get("count")) ?? 0) + 1;
  await context.storage.set("count", count);
  context.log.info(count);`);

/** The same plugin on the same instance under another license, on this device. */
async function secondLicense(installed: Installed, deviceId: string): Promise<Installed> {
  const activationId = `act_${crypto
    .randomUUID()
    .replaceAll("-", "")
    .toUpperCase()
    .replaceAll(/[ILOU]/g, "0")
    .slice(0, 20)}`;
  const installationId = crypto.randomUUID();
  const copy = async (table: string, id: string | number, over: Record<string, unknown>) => {
    const row = {
      ...(await env.DB.prepare(`SELECT * FROM ${table} WHERE id = ?`).bind(id).first()),
      ...over,
    } as Record<string, never>;
    const names = Object.keys(row);
    return env.DB.prepare(
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")}) RETURNING id`,
    )
      .bind(...Object.values(row))
      .first<{ id: number }>();
  };
  const license = await copy("licenses", installed.licenseId, { id: null, uuid: crypto.randomUUID() });
  await copy("activations", installed.activationId, {
    id: activationId,
    license_id: license?.id,
    installation_id: installationId,
    device_id: deviceId,
    released_at: null,
  });
  await env.DB.prepare(
    "INSERT INTO grants (activation_id, version, permissions, closure_digest, actor, at) SELECT ?, version, permissions, closure_digest, actor, at FROM grants WHERE activation_id = ?",
  )
    .bind(activationId, installed.activationId)
    .run();
  return { ...installed, activationId, installationId, licenseId: license?.id as number };
}
const release = (installed: Installed, at: number | null) =>
  env.DB.prepare("UPDATE activations SET released_at = ? WHERE id = ?").bind(at, installed.activationId).run();

async function countIn(instance: Registered, installed: Installed, id: string): Promise<number> {
  await postEvent(instance, requestCreated(id, { entityId: String(Math.floor(Math.random() * 1e9) + 1) }));
  for (let waited = 0; waited < 8000; waited += 30) {
    const { body } = await asInstance(
      instance,
      "GET",
      `/v1/installations/${installed.activationId}/executions?outcome=ok`,
    );
    const row = body.data.find(({ action }: { action: string }) => action === "request.created");
    if (row !== undefined && body.total >= 1) return Number(row.logs[0].text);
    await scheduler.wait(30);
  }
  throw new Error("it never ran");
}

it("hands storage over to a new license on the same device and back, and not to another device", async () => {
  const granted = ["requests.read", "storage.read", "storage.write"];
  const instance = await registeredInstance();
  const trial = await installPlugin({ instance, module: COUNTS, granted });
  const device = (
    await env.DB.prepare("SELECT device_id FROM activations WHERE id = ?")
      .bind(trial.activationId)
      .first<{ device_id: string }>()
  )?.device_id as string;
  expect(await countIn(instance, trial, "evt_1")).toBe(1);
  await release(trial, 1_700_000_000);
  const bought = await secondLicense(trial, device);
  expect(await countIn(instance, bought, "evt_2")).toBe(2);
  await release(bought, 1_700_000_000);
  await release(trial, null);
  await env.DB.prepare("DELETE FROM executions WHERE activation_id = ?").bind(trial.activationId).run();
  expect(await countIn(instance, trial, "evt_3")).toBe(3);
  const elsewhere = await secondLicense(trial, "hw:elsewhere");
  await release(trial, 1_700_000_000);
  expect(await countIn(instance, elsewhere, "evt_4")).toBe(1);
});

it("hands settings and secrets over like storage, and erases them with it", async () => {
  const instance = await registeredInstance();
  const manifest = {
    settings: {
      version: 1,
      fields: [
        { key: "tone", type: "text", label: "Tone" },
        { key: "apiKey", type: "secret", label: "API key", readable: true },
      ],
    },
  };
  const module = onRequest(
    `context.log.info([context.settings.tone, await context.secrets.get("apiKey")]);`,
    "// kept",
  );
  const trial = await installPlugin({ instance, module, manifest });
  const path = `/v1/installations/${trial.activationId}`;
  await asInstance(instance, "PUT", `${path}/settings`, { values: { tone: "kind" } });
  await asInstance(instance, "PUT", `${path}/secrets/apiKey`, { value: "s3cret" });
  const said = async (installed: Installed, id: string) => {
    await postEvent(instance, requestCreated(id));
    return JSON.parse((await ended(instance, installed))[0].logs[0].text);
  };
  const bought = await secondLicense(trial, "hw:other");
  expect(await said(bought, "evt_other")).toEqual([null, null]);
  await release(bought, 1_700_000_000);
  const { device } = (await env.DB.prepare("SELECT device_id AS device FROM activations WHERE id = ?")
    .bind(trial.activationId)
    .first<{ device: string }>()) ?? { device: "" };
  await release(trial, 1_700_000_000);
  const same = await secondLicense(trial, device);
  expect(await said(same, "evt_same")).toEqual(["kind", "s3cret"]);
  await asInstance(instance, "PUT", `/v1/installations/${same.activationId}/settings`, { values: { tone: "curt" } });
  expect((await asInstance(instance, "GET", `${path}/settings`)).body).toMatchObject({ values: { tone: "curt" } });
  const other = await asInstance(instance, "GET", `/v1/installations/${bought.activationId}/settings`);
  expect(other.body).toMatchObject({ values: {}, secrets: [{ key: "apiKey", isSet: false }] });
  await asInstance(instance, "DELETE", `/v1/installations/${same.activationId}/storage`);
  expect((await asInstance(instance, "GET", `${path}/settings`)).body).toMatchObject({
    values: {},
    secrets: [{ key: "apiKey", isSet: false }],
  });
});

it("lets the admin take out and erase what a plugin keeps, also after uninstalling; after thirty days it is gone", async () => {
  const granted = ["requests.read", "storage.read", "storage.write"];
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: COUNTS, granted });
  const path = `/v1/installations/${installed.activationId}/storage`;
  await countIn(instance, installed, "evt_1");
  expect((await asInstance(instance, "GET", path)).body).toEqual({ items: [{ key: "count", value: 1 }] });
  const stranger = await registeredInstance();
  for (const method of ["GET", "DELETE"]) expect((await asInstance(stranger, method, path)).status).toBe(404);
  await asInstance(instance, "DELETE", `/v1/installations/${installed.activationId}`);
  passTime(29 * 86_400);
  await tick();
  expect((await asInstance(instance, "GET", path)).body.items).toHaveLength(1);
  passTime(2 * 86_400);
  await tick();
  expect((await asInstance(instance, "GET", path)).body.items).toEqual([]);

  const other = await installPlugin({ instance, module: COUNTS, granted });
  await env.DB.prepare("UPDATE activations SET lease_until = lease_until + 1e8 WHERE id = ?")
    .bind(other.activationId)
    .run();
  await countIn(instance, other, "evt_2");
  const erased = await call("DELETE", `/v1/installations/${other.activationId}/storage`, {
    bearer: instance.accountToken,
  });
  expect(erased).toMatchObject({ status: 200, body: { erased: true } });
  expect((await asInstance(instance, "GET", `/v1/installations/${other.activationId}/storage`)).body.items).toEqual([]);
});
