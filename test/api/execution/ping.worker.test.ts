import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { openBundle } from "../../../src/domain/bundle/open.ts";
import { type AppliedAction, type PingOptions, pingMarketplace } from "../../../src/sdk/client/index.ts";
import { ownPlugin } from "../../bundles.ts";
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

const PING = "/v1/instances/ping";
async function ping(instance: Registered, body: object = {}) {
  return call("POST", PING, { bearer: await instance.bearer(), body });
}

/** A webhook that nobody delivered: its number. */
async function owe(instance: Registered, event: string, over: Record<string, string | number> = {}): Promise<number> {
  const row = {
    instance_id: Number(instance.instanceId),
    event,
    subject_kind: "other",
    data: JSON.stringify({ of: event }),
    not_before: 0,
    created_at: 1_767_225_600,
    ...over,
  };
  const names = Object.keys(row);
  const { meta } = await env.DB.prepare(
    `INSERT INTO webhook_outbox (${names.join()}) VALUES (${names.map(() => "?").join()})`,
  )
    .bind(...Object.values(row))
    .run();
  return meta.last_row_id;
}
const stateOf = async (id: number) =>
  (await env.DB.prepare("SELECT state FROM webhook_outbox WHERE id = ?").bind(id).first<{ state: string }>())?.state;

it("answers an empty ping with nothing new, and strangers not at all", async () => {
  const instance = await registeredInstance();
  expect((await ping(instance)).body).toEqual({
    checkedAt: expect.any(String),
    nextPingSeconds: 300,
    heartbeats: [],
    updates: [],
    held: [],
    stops: [],
    revoked: [],
    notices: [],
    webhooks: { events: [], more: false },
    actions: [],
    acknowledged: { webhooks: 0, actions: [] },
  });
  expect((await call("POST", PING, { body: {} })).status).toBe(401);
  expect((await call("POST", PING, { bearer: instance.accountToken, body: {} })).status).toBe(403);
  for (const body of [
    { since: { webhooks: "x" } },
    { acks: { actions: [{ id: "axn_", ok: true }] } },
    { heartbeats: [] },
  ])
    expect((await ping(instance, body)).status).toBe(422);
});

it("tells what is owed in its order until it is acknowledged, and nothing that is held back or another's", async () => {
  const [instance, other] = [await registeredInstance(), await registeredInstance()];
  await owe(other, "plugin.suspended");
  const [first, second] = [await owe(instance, "installation.suspended"), await owe(instance, "plugin.downloaded")];
  const sent = await owe(instance, "plugin.suspended", { state: "sending" });
  const held = await owe(instance, "payment.completed", { not_before: 4_000_000_000 });
  const owed = await ping(instance);
  expect(owed.body.webhooks).toMatchObject({
    events: [
      { id: `evt_${first}`, event: "installation.suspended", data: { of: "installation.suspended" } },
      { id: `evt_${second}`, createdAt: "2026-01-01T00:00:00.000Z" },
      { id: `evt_${sent}` },
    ],
    cursor: String(sent),
    more: false,
  });
  expect((await ping(instance)).body.webhooks).toEqual(owed.body.webhooks);
  // Seen is not applied: a cursor skips, an acknowledgement ends.
  const later = await ping(instance, { since: { webhooks: String(first) } });
  expect(later.body.webhooks.events.map(({ id }: { id: string }) => id)).toEqual([`evt_${second}`, `evt_${sent}`]);
  const acked = await ping(instance, { acks: { webhooks: String(held) } });
  expect(acked.body).toMatchObject({ acknowledged: { webhooks: 2 } });
  expect(await Promise.all([first, second, sent, held].map(stateOf))).toEqual([
    "delivered",
    "delivered",
    "sending",
    "queued",
  ]);
  const stranger = await ping(other, { acks: { webhooks: String(held) }, since: { webhooks: "0" } });
  expect(stranger.body.webhooks.events).toHaveLength(1);
  expect(await stateOf(held)).toBe("queued");
  for (let n = 0; n < 51; n++) await owe(other, "plugin.reviewed");
  const page = (await ping(other)).body.webhooks;
  expect([page.events.length, page.more]).toEqual([50, true]);
  const rest = (await ping(other, { since: { webhooks: page.cursor } })).body.webhooks;
  expect([rest.events.length, rest.more]).toEqual([1, false]);
});

it("carries pings of installations, and the signed revocations", async () => {
  const instance = await registeredInstance();
  const one = await installPlugin({ instance, module: onRequest("return 1", "// pinged") });
  const nobody = `act_${"0".repeat(19)}Z`;
  const answer = await ping(instance, {
    heartbeats: [{ iid: one.activationId, appVersion: "0.1.0" }, { iid: nobody }],
    since: { revocations: 0 },
  });
  expect(answer.body.heartbeats).toMatchObject([
    { iid: one.activationId, status: 200, license: { status: "active" }, commands: [] },
    { iid: nobody, status: 404 },
  ]);
  expect(answer.body.revocations.split(".")).toHaveLength(3);
  const claims = JSON.parse(atob(answer.body.revocations.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  expect(claims.iss).toBe("http://localhost:8787");
});

/** Another version of an installed plugin. */
async function publish(one: Installed, version: string, over: Record<string, string | number | null> = {}) {
  const old = await env.DB.prepare("SELECT * FROM releases WHERE plugin_id = ? AND version = '1.0.0'")
    .bind(one.pluginId)
    .first<Record<string, string | number | null>>();
  const { id: _, ...columns } = old ?? {};
  const row = { ...columns, version, version_sort: version, sha256: `${one.name}@${version}`, ...over };
  const names = Object.keys(row);
  await env.DB.prepare(`INSERT INTO releases (${names.join()}) VALUES (${names.map(() => "?").join()})`)
    .bind(...Object.values(row))
    .run();
}

it("names the newest update made for this host, and what was stopped, yanked or blocked", async () => {
  const instance = await registeredInstance();
  const install = (said: string) => installPlugin({ instance, module: onRequest("return 1", `// ${said}`) });
  const [fresh, yanked, blocked, stopped] = [
    await install("fresh"),
    await install("yanked"),
    await install("blocked"),
    await install("stopped"),
  ];
  // What an update may do is read from its manifest.
  const opened = await openBundle((await ownPlugin({ publisher: "acme", name: fresh.name })).bytes);
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  const manifest = JSON.stringify(opened.value.manifest);
  await env.DB.prepare("UPDATE releases SET manifest = ? WHERE plugin_id = ?").bind(manifest, fresh.pluginId).run();
  await publish(fresh, "1.1.0");
  await publish(fresh, "1.2.0", { min_app_version: "0.3.0" });
  await publish(fresh, "1.3.0", { state: "yanked" });
  await publish(fresh, "1.4.0-beta.1", { channel: "beta" });
  const set = (sql: string, one: Installed) => env.DB.prepare(sql).bind(one.pluginId).run();
  await set("UPDATE releases SET state = 'yanked' WHERE plugin_id = ?", yanked);
  await set(
    "INSERT INTO blocked_digests (sha256, reason, at) SELECT sha256, 't', 1 FROM releases WHERE plugin_id = ?",
    blocked,
  );
  await set("UPDATE plugins SET state = 'quarantined' WHERE id = ?", stopped);
  const installed = [fresh, yanked, blocked, stopped].map(({ pluginId }) => ({
    pluginId: String(pluginId),
    version: "1.0.0",
  }));
  const { body } = await ping(instance, {
    appVersion: "0.1.0",
    installed: [...installed, { pluginId: "999999", version: "1.0.0" }],
  });
  const id = String(fresh.pluginId);
  expect(body.updates).toMatchObject([{ pluginId: id, name: fresh.name, from: "1.0.0", to: "1.1.0", auto: false }]);
  expect(body.stops).toMatchObject([{ name: blocked.name, action: "disable" }]);
  expect(body.revoked.map(({ name, code }: { name: string; code: string }) => [name, code])).toEqual([
    [blocked.name, "release_blocked"],
    [stopped.name, "plugin_stopped"],
  ]);
  expect(body.notices.map(({ name, code }: { name: string; code: string }) => [name, code])).toEqual([
    [yanked.name, "release_yanked"],
  ]);
  const newer = await ping(instance, { appVersion: "0.3.1", installed });
  expect(newer.body.updates).toMatchObject([{ to: "1.2.0" }]);
  const odd = await ping(instance, { appVersion: "V0.6", installed });
  expect(odd.body.updates).toMatchObject([{ to: "1.2.0" }]);
});

it("hands actions out again until a ping acknowledges them", async () => {
  const instance = await registeredInstance("https://unreachable.example.com/api");
  const bearer = await instance.bearer();
  await call("PUT", "/v1/instances/mode", { bearer, body: { mode: "pull" } });
  const one = await installPlugin({
    instance,
    granted: ["requests.read", "customers.write"],
    module: onRequest(`await context.customers.create({ name: "New" });`),
  });
  await postEvent(instance, requestCreated("evt_ping"));
  await ended(instance, one);
  const [action] = (await ping(instance)).body.actions;
  expect(action).toMatchObject({ method: "customers.create", activationId: one.activationId });
  expect((await ping(instance)).body.actions).toEqual([action]);
  const acks = { actions: [{ id: action.id, ok: true, status: 201 }] };
  const stranger = await ping(await registeredInstance(), { acks });
  expect(stranger.body).toMatchObject({ acknowledged: { actions: [] } });
  const done = await ping(instance, { acks });
  expect(done.body).toMatchObject({ acknowledged: { actions: [action.id] }, actions: [] });
});

it("is answered by the SDK: all is taken once and in order, whichever answer is lost", async () => {
  const instance = await registeredInstance();
  await call("PUT", "/v1/instances/mode", { bearer: await instance.bearer(), body: { mode: "pull" } });
  const module = onRequest(`await context.customers.create({ name: "From the plugin" });`);
  const installed = await installPlugin({ instance, module, granted: ["requests.read", "customers.write"] });
  await postEvent(instance, requestCreated("evt_sdk"));
  await ended(instance, installed);
  const owed = [
    await owe(instance, "plugin.reviewed"),
    await owe(instance, "payment.completed"),
    await owe(instance, "plugin.downloaded"),
  ];
  const heard: string[] = [];
  const done = new Map<string, AppliedAction>();
  let [kept, failing, applied, lost] = [null as string | null, true, 0, 0];
  const options: PingOptions = {
    marketplace: "http://localhost:8787",
    credentials: { apiKey: (await instance.bearer()).split(":")[0] as string, apiSecret: instance.apiSecret },
    appVersion: "0.1.0",
    installed: [{ pluginId: String(installed.pluginId), version: "1.0.0" }],
    cursor: {
      get: async () => kept,
      set: async (cursor) => {
        kept = cursor;
      },
    },
    applied: { get: async (id) => done.get(id) ?? null, set: async (id, result) => void done.set(id, result) },
    async onWebhook({ id, event }) {
      if (event === "payment.completed" && failing) throw new Error("later");
      heard.push(id);
    },
    async apply({ method }) {
      applied++;
      return { ok: method === "customers.create", status: 201 };
    },
    // Every answer that follows an acknowledgement is lost at first.
    fetch: async (url, init) => {
      const answer = await exports.default.fetch(url, init as RequestInit);
      if (lost === 1) throw new Error(`the line broke ${lost++}`);
      lost++;
      return answer;
    },
  };
  await expect(pingMarketplace(options)).rejects.toThrow("the line broke");
  expect([heard, applied]).toEqual([[`evt_${owed[0]}`], 1]);
  const again = await pingMarketplace(options);
  expect(again).toMatchObject({ webhooks: 0, actions: 0, updates: [], revoked: [], nextPingSeconds: 300 });
  failing = false;
  expect(await pingMarketplace(options)).toMatchObject({ webhooks: 2 });
  expect(heard).toEqual(owed.map((id) => `evt_${id}`));
  expect(await Promise.all(owed.map(stateOf))).toEqual(["delivered", "delivered", "delivered"]);
  expect([applied, done.size]).toEqual([1, 1]);
  expect((await ping(instance)).body).toMatchObject({ actions: [], webhooks: { events: [] } });
});
