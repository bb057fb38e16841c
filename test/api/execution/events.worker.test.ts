import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import worker from "../../../src/worker.ts";
import { NOON, passTime, setClock } from "../../clock.ts";
import { onRequest } from "../../sandbox/job.ts";
import { call } from "../account/calls.worker.ts";
import { ended, installPlugin, postEvent, registeredInstance, requestCreated } from "./installed.worker.ts";

it("runs an event end to end: host data, own storage, log, recorded execution", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["customers.read", "requests.read", "storage.read", "storage.write"],
    module: onRequest(`
      const customers = await context.customers.list({ limit: 3 });
      await context.storage.set("last", { request: event.data.name, known: customers.items.length });
      const kept = await context.storage.get("last");
      context.log.info("saw", kept.request, "beside", kept.known, "customers");
      return kept;`),
  });
  const posted = await postEvent(instance, requestCreated("evt_full"));
  expect(posted.status).toBe(202);
  expect(posted.body).toMatchObject({ id: "evt_full", duplicate: false });
  expect(posted.body.deliveries).toHaveLength(1);
  expect(posted.body.deliveries[0]).toMatchObject({ installationId: installed.installationId });
  const [row] = await ended(instance, installed);
  expect(row).toMatchObject({
    id: posted.body.deliveries[0].executionId,
    outcome: "ok",
    status: "success",
    action: "request.created",
    version: "1.0.0",
    calls: { "customers.list": 1, "storage.set": 1, "storage.get": 1 },
    denied: {},
    logs: [{ level: "info", text: "saw Eva beside 3 customers" }],
  });
  expect(row.id).toMatch(/^exe_[0-9A-HJKMNP-TV-Z]{26}$/);
  const kept = await env.DB.prepare("SELECT body FROM events WHERE id = 'evt_full'").first<{ body: string | null }>();
  expect(kept?.body).toBeNull();
});

it.each([
  ["throws", `throw new Error("boom")`, "plugin_error"],
  ["tries the network", `await fetch("https://example.com/")`, "network_denied"],
  ["asks for what it was not granted", `await context.customers.list()`, "capability_denied"],
  ["never answers", `await new Promise((done) => setTimeout(done, 60_000))`, "plugin_timeout"],
])("contains a plugin that %s", async (_, body, outcome) => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    module: onRequest(body),
    events: [{ on: "request.created", timeoutMs: 300 }],
  });
  await postEvent(instance, requestCreated("evt_1"));
  const [row] = await ended(instance, installed);
  expect(row).toMatchObject({ outcome, status: "error" });
  expect(row.errorMessage).toBeTruthy();
});

it("answers a repeat with the same deliveries and runs once", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: onRequest(`return 1`) });
  const first = await postEvent(instance, requestCreated("evt_same"));
  const again = await postEvent(instance, requestCreated("evt_same"));
  expect(first.status).toBe(202);
  expect(again.status).toBe(200);
  expect(again.body).toEqual({ ...first.body, duplicate: true });
  expect(await ended(instance, installed)).toHaveLength(1);
});

it("makes one event of twenty parallel identical posts", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: onRequest(`return 1`) });
  const answers = await Promise.all(Array.from({ length: 20 }, () => postEvent(instance, requestCreated("evt_race"))));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
  expect(new Set(answers.map(({ body }) => body.deliveries[0].executionId)).size).toBe(1);
  expect(await ended(instance, installed)).toHaveLength(1);
});

it("refuses the same id with another body", async () => {
  const instance = await registeredInstance();
  await postEvent(instance, requestCreated("evt_other"));
  const other = await postEvent(instance, requestCreated("evt_other", { entityId: "2" }));
  expect(other.status).toBe(409);
  expect(other.body.code).toBe("event_conflict");
});

it("gives the same id of another instance its own event", async () => {
  const [one, two] = [await registeredInstance(), await registeredInstance()];
  expect((await postEvent(one, requestCreated("evt_shared"))).status).toBe(202);
  expect((await postEvent(two, requestCreated("evt_shared", { entityId: "9" }))).status).toBe(202);
});

it("answers a batch one by one", async () => {
  const instance = await registeredInstance();
  await postEvent(instance, requestCreated("evt_b1"));
  const { status, body } = await postEvent(instance, {
    events: [requestCreated("evt_b1", { entityId: "77" }), requestCreated("evt_b2")],
  });
  expect(status).toBe(202);
  expect(body.events).toEqual([
    { id: "evt_b1", error: { code: "event_conflict", message: expect.any(String) } },
    { id: "evt_b2", duplicate: false, deliveries: [] },
  ]);
});

it.each([
  ["an unknown event", { event: "invoice.created" }],
  ["an entity that is not the event's", { entity: "customer" }],
  ["another version", { version: 2 }],
  ["another instance's id", { instanceId: "999999" }],
  ["an id of odd characters", { id: "../x" }],
  ["an entity id that is not decimal", { entityId: "one" }],
  ["data that is not an object", { data: [1] }],
  ["a member nobody knows", { extra: true }],
])("refuses %s", async (_, over) => {
  const instance = await registeredInstance();
  const { status, body } = await postEvent(instance, requestCreated("evt_bad", over));
  expect(status).toBe(422);
  expect(body.code).toBe("VALIDATION_ERROR");
});

it("refuses more than fifty events and more than 64 KiB", async () => {
  const instance = await registeredInstance();
  const many = { events: Array.from({ length: 51 }, (_, n) => requestCreated(`evt_${n}`)) };
  expect((await postEvent(instance, many)).status).toBe(422);
  const large = requestCreated("evt_large", { data: { text: "x".repeat(66_000) } });
  expect((await postEvent(instance, large)).status).toBe(413);
});

it("is for instances only", async () => {
  const instance = await registeredInstance();
  expect((await call("POST", "/v1/events", { body: requestCreated("evt_x") })).status).toBe(401);
  const asOwner = await call("POST", "/v1/events", { bearer: instance.accountToken, body: requestCreated("evt_x") });
  expect(asOwner.status).toBe(403);
});

it("checks a signature of the body when one is sent", async () => {
  const instance = await registeredInstance();
  const body = JSON.stringify(requestCreated("evt_signed"));
  const at = String(Math.floor(Date.now() / 1000));
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(instance.apiSecret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`m1.${at}.${body}`));
  const hex = [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const post = async (headers: Record<string, string>) =>
    (await call("POST", "/v1/events", { bearer: await instance.bearer(), body: requestCreated("evt_signed"), headers }))
      .status;
  const signed = { "rbsm-id": "m1", "rbsm-timestamp": at, "rbsm-signature": `v1=${hex}` };
  expect(await post({ ...signed, "rbsm-signature": `v1=${"0".repeat(64)}` })).toBe(401);
  expect(await post({ ...signed, "rbsm-timestamp": String(Number(at) - 301) })).toBe(401);
  expect(await post({ ...signed, "rbsm-id": "m2" })).toBe(401);
  expect(await post({ "rbsm-signature": `v1=${hex}` })).toBe(401);
  expect(await post(signed)).toBe(202);
});

it("cuts people before anything is kept", async () => {
  const instance = await registeredInstance();
  const installed = await installPlugin({
    instance,
    granted: ["users.read", "requests.read"],
    events: [{ on: "user.created" }, { on: "request.created" }],
    module: `const tell = (context, event) => { context.log.info(event); throw new Error("stop"); };
      export default { events: { "user.created": tell, "request.created": tell } };`,
  });
  const user = { id: 4, name: "Max", email: "max@firm.at", role: "user", status: "active", password: "$2b$12$x" };
  await postEvent(instance, {
    ...requestCreated("evt_user"),
    event: "user.created",
    entity: "user",
    data: { ...user, resetToken: "secret", phone: "1" },
    changes: { password: { from: "a", to: "b" }, name: { from: "M", to: "Max" } },
  });
  await postEvent(
    instance,
    requestCreated("evt_nested", { data: { id: 1, ipAddress: "203.0.113.9", processor: user } }),
  );
  const rows = await ended(instance, installed, 2);
  const told = rows.map(({ logs }) => logs[0].text).join("\n");
  expect(told).toContain("max@firm.at");
  for (const secret of ["$2b$12$x", "secret", "resetToken", "203.0.113.9", '"phone"'])
    expect(told.includes(secret), secret).toBe(false);
  expect(told).toContain('"changes":{"name"');
});

/** Uses up what is counted under a name, but for `left`. */
async function useUp(name: string, method: string, perMinute: number, left = 0): Promise<void> {
  const { InstallationStorage: objects } = exports as unknown as { InstallationStorage: DurableObjectNamespace };
  const own = objects.getByName(name) as unknown as { spend(rate: object): Promise<number | null> };
  const rate = { method, perMinute, globalPerMinute: Number.MAX_SAFE_INTEGER };
  await Promise.all(Array.from({ length: perMinute - left }, () => own.spend(rate)));
}

it("begins a hundred events and schedules a minute, and the rest in the next, none of them lost or tried in vain", async () => {
  setClock(NOON);
  const instance = await registeredInstance();
  const installed = await installPlugin({ instance, module: onRequest("return 1", "// hundred a minute") });
  await useUp(installed.activationId, "run", 100, 1);
  for (const n of [1, 2, 3]) await postEvent(instance, requestCreated(`evt_minute_${n}`, { entityId: String(n) }));
  const states = async () => {
    const { results } = await env.DB.prepare(
      "SELECT outcome, attempt, first_attempt, not_before FROM executions WHERE activation_id = ? ORDER BY outcome, rowid",
    )
      .bind(installed.activationId)
      .all<{ outcome: string; attempt: number; not_before: number | null }>();
    return results;
  };
  const end = Date.now() + 5_000;
  const isSettled = (rows: Awaited<ReturnType<typeof states>>) =>
    rows.every(({ outcome, not_before }) => outcome === "ok" || (outcome === "queued" && not_before !== null));
  for (let rows = await states(); !isSettled(rows) && Date.now() < end; rows = await states()) await scheduler.wait(30);
  const waiting = { outcome: "queued", attempt: 0, first_attempt: 0, not_before: NOON + 60 };
  expect(await states()).toEqual([{ ...waiting, outcome: "ok", attempt: 1, not_before: null }, waiting, waiting]);
  passTime(61);
  const context = createExecutionContext();
  await worker.scheduled?.(createScheduledController(), env as never, context);
  await waitOnExecutionContext(context);
  const events = (await ended(instance, installed, 5)).filter(({ action }) => action === "request.created");
  expect(events.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok"]);
});

it("refuses the thousand and first event of an instance in a minute, alone or in a batch, until the next", async () => {
  setClock(NOON);
  const [instance, other] = [await registeredInstance(), await registeredInstance()];
  await useUp(`events:${instance.instanceId}`, "event", 1000, 1);
  const batch = await postEvent(instance, { events: [requestCreated("evt_1000"), requestCreated("evt_1001")] });
  expect(batch.body.events).toMatchObject([{ id: "evt_1000" }, { id: "evt_1001", error: { code: "RATE_LIMITED" } }]);
  const refused = await postEvent(instance, requestCreated("evt_1002"));
  expect(refused).toMatchObject({ status: 429, body: { code: "RATE_LIMITED" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await postEvent(other, requestCreated("evt_1"))).status).toBe(202);
  passTime(61);
  expect((await postEvent(instance, requestCreated("evt_1001"))).status).toBe(202);
});
