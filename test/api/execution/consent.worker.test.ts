import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { zipSync } from "fflate";
import { expect, it } from "vitest";
import { sha256Hex } from "../../../src/domain/digest.ts";
import worker from "../../../src/worker.ts";
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

const PERMISSIONS = [
  { code: "customers.read", description: "Looks whether it is a customer.", required: false },
  { code: "requests.read", description: "Hears of new requests.", required: true },
];

/** A whole manifest, as a reader of consent needs it. */
const manifest = (over: object = {}) => ({
  formatVersion: 1,
  name: "own-plugin",
  version: "1.0.0",
  publisher: "acme",
  displayName: "Own plugin",
  description: "Counts the requests that come in and keeps the number.",
  category: "requests",
  license: "MIT",
  channel: "stable",
  minAppVersion: "0.1.0",
  support: { email: "help@alpenware.at" },
  security: "security@alpenware.at",
  permissions: PERMISSIONS,
  dependencies: {},
  trialDays: 0,
  pricing: { currency: "EUR", tiers: [{ id: "free", price: 0, interval: "none", features: [], limits: LIMITS }] },
  changes: ["The first version of it."],
  build: { encoder: "test" },
  files: {},
  ...over,
});
const LIMITS = { installs: 1, apiCalls: 1000, storageMiB: 1, users: null };

/** Another published version of the plugin, whose code says which one it is. */
async function publish(installed: Installed, version: string, over: object, closure: string): Promise<void> {
  const module = onRequest(`context.log.info("${version}")`, `// ${installed.name}`);
  const serverSha256 = await sha256Hex(module);
  await env.BUNDLES.put(`m/sha256/${serverSha256}`, module);
  const old = await env.DB.prepare("SELECT * FROM releases WHERE plugin_id = ? AND version = '1.0.0'")
    .bind(installed.pluginId)
    .first<Record<string, string | number | null>>();
  const { id: _, ...columns } = old ?? {};
  const row = {
    ...columns,
    version,
    version_sort: version,
    sha256: await sha256Hex(`${installed.name}@${version}`),
    manifest: JSON.stringify({ ...JSON.parse(String(columns.manifest)), version, ...over }),
    closure_digest: closure,
    server_sha256: serverSha256,
  };
  const names = Object.keys(row);
  await env.DB.prepare(`INSERT INTO releases (${names.join()}) VALUES (${names.map(() => "?").join()})`)
    .bind(...Object.values(row))
    .run();
}

const ACT = { action: "activate" };

/** What the cron does every minute. */
async function tick(): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled?.(createScheduledController(), env as never, context);
  await waitOnExecutionContext(context);
}

/** The instance says that it holds this version now. */
const update = (installed: Installed, version: string) =>
  env.DB.prepare("UPDATE activations SET version = ? WHERE id = ?").bind(version, installed.activationId).run();

async function runs(instance: Registered, installed: Installed, nth: number) {
  await postEvent(instance, requestCreated(`evt_${installed.activationId}_${nth}`));
  const [row] = await ended(instance, installed, nth);
  return { version: row.version, said: row.logs[0]?.text, outcome: row.outcome };
}

async function installed(granted = ["requests.read"]) {
  const instance = await registeredInstance();
  const module = onRequest(`context.log.info("1.0.0")`);
  const one = await installPlugin({ instance, module, granted, manifest: manifest() });
  return { instance, one, path: `/v1/installations/${one.installationId}` };
}

const GROWN = {
  permissions: [
    ...PERMISSIONS.map((permission) => ({ ...permission, required: true })),
    { code: "storage.write", description: "Keeps the number of them.", required: true },
  ],
  egress: [{ host: "ec.europa.eu", reason: "Asks the register of it.", methods: ["GET"] }],
};

it("goes on with the version that has consent until the new one has its own", async () => {
  const { instance, one, path } = await installed();
  await publish(one, "2.0.0", GROWN, "closure-grown");
  expect(await runs(instance, one, 1)).toMatchObject({ version: "1.0.0", said: "1.0.0" });
  await update(one, "2.0.0");
  expect(await runs(instance, one, 2)).toMatchObject({ version: "1.0.0", said: "1.0.0", outcome: "ok" });

  const bearer = instance.accountToken;
  const diff = await call("GET", `${path}/capability-diff?version=2.0.0`, { bearer });
  expect(diff).toMatchObject({
    status: 200,
    body: {
      installedVersion: "2.0.0",
      runningVersion: "1.0.0",
      version: "2.0.0",
      closureDigest: "closure-grown",
      isGrowth: true,
      nowRequired: ["customers.read"],
      consent: { isGiven: false },
      changes: {
        permissions: { added: ["customers.read", "storage.write"], removed: [] },
        egress: { added: ["ec.europa.eu"], removed: [] },
        events: { added: [], removed: [] },
      },
    },
  });

  const put = (body: object) => call("PUT", `${path}/consent`, { bearer, body: { version: "2.0.0", ...body } });
  const all = ["customers.read", "requests.read", "storage.write"];
  const stale = await put({ grantedPermissions: all, closureDigest: "closure-other" });
  expect(stale).toMatchObject({ status: 409, body: { code: "consent_stale", closureDigest: "closure-grown" } });
  const some = await put({ grantedPermissions: ["requests.read"], closureDigest: "closure-grown" });
  expect(some).toMatchObject({ status: 409, body: { code: "consent_incomplete" } });
  const more = await put({ grantedPermissions: [...all, "users.read"], closureDigest: "closure-grown" });
  expect(more.status).toBe(422);
  expect(await runs(instance, one, 3)).toMatchObject({ version: "1.0.0" });

  const given = await put({ grantedPermissions: all, closureDigest: "closure-grown" });
  expect(given).toMatchObject({ status: 200, body: { runningVersion: "2.0.0", consent: { isGiven: true } } });
  expect(await runs(instance, one, 4)).toMatchObject({ version: "2.0.0", said: "2.0.0" });
  await put({ grantedPermissions: all, closureDigest: "closure-grown" });
  const { results } = await env.DB.prepare("SELECT actor FROM grants WHERE activation_id = ?")
    .bind(one.activationId)
    .all();
  expect(results).toHaveLength(2);
});

it("takes an update that asks for exactly the same without asking again", async () => {
  const { instance, one, path } = await installed();
  const { closure } = (await env.DB.prepare("SELECT closure_digest AS closure FROM releases WHERE plugin_id = ?")
    .bind(one.pluginId)
    .first<{ closure: string }>()) ?? { closure: "" };
  await publish(one, "1.1.0", {}, closure);
  await update(one, "1.1.0");
  expect(await runs(instance, one, 1)).toMatchObject({ version: "1.1.0", said: "1.1.0" });
  const diff = await call("GET", `${path}/capability-diff`, { bearer: await instance.bearer() });
  expect(diff.body).toMatchObject({ version: "1.1.0", isGrowth: false, runningVersion: "1.1.0" });
});

const SHRUNK = { permissions: [{ ...PERMISSIONS[1], required: false }], egress: [] };

it("lets an update that asks for less run at once, and shrinks the grant with it", async () => {
  const { instance, one, path } = await installed(["customers.read", "requests.read"]);
  await publish(one, "1.2.0", SHRUNK, "closure-shrunk");
  await update(one, "1.2.0");
  const act = () =>
    call("PATCH", `/v1/installations/${one.activationId}`, { bearer: instance.accountToken, body: ACT });
  await Promise.all([act(), act(), act()]);
  await tick();
  const first = await postEvent(instance, requestCreated("evt_shrunk"));
  expect(first.body.deliveries).toHaveLength(1);
  const rows = await ended(instance, one, 1);
  expect(rows.find(({ action }) => action === "request.created")).toMatchObject({ version: "1.2.0", outcome: "ok" });
  const { results } = await env.DB.prepare(
    "SELECT permissions, declined, actor FROM grants WHERE activation_id = ? AND version = '1.2.0'",
  )
    .bind(one.activationId)
    .all();
  expect(results).toEqual([{ permissions: '["requests.read"]', declined: "[]", actor: "system" }]);
  const diff = await call("GET", `${path}/capability-diff?version=1.2.0`, { bearer: await instance.bearer() });
  expect(diff.body).toMatchObject({ runningVersion: "1.2.0", isGrowth: false, consent: { isGiven: true } });
  // What was given up is growth again.
  await publish(one, "1.3.0", {}, "closure-back");
  await update(one, "1.3.0");
  await tick();
  const back = await call("GET", `${path}/capability-diff?version=1.3.0`, { bearer: await instance.bearer() });
  expect(back.body).toMatchObject({ runningVersion: "1.2.0", isGrowth: true, consent: { isGiven: false } });
});

it("never runs a version that was consented to and not installed, and none at all without consent", async () => {
  const { instance, one, path } = await installed();
  await publish(one, "2.0.0", GROWN, "closure-grown");
  const body = {
    version: "2.0.0",
    grantedPermissions: ["customers.read", "requests.read", "storage.write"],
    closureDigest: "closure-grown",
  };
  expect((await call("PUT", `${path}/consent`, { bearer: await instance.bearer(), body })).status).toBe(200);
  expect(await runs(instance, one, 1)).toMatchObject({ version: "1.0.0" });
  await env.DB.prepare("DELETE FROM grants WHERE activation_id = ? AND version = '1.0.0'").bind(one.activationId).run();
  const posted = await postEvent(instance, requestCreated("evt_none"));
  expect(posted.body.deliveries).toEqual([]);
});

it("keeps the old version's grant from reaching further than it was given", async () => {
  const { instance, one } = await installed(["requests.read"]);
  await publish(one, "2.0.0", GROWN, "closure-grown");
  await update(one, "2.0.0");
  await env.DB.prepare("UPDATE releases SET state = 'blocked' WHERE plugin_id = ? AND version = '1.0.0'")
    .bind(one.pluginId)
    .run();
  const posted = await postEvent(instance, requestCreated("evt_blocked"));
  expect(posted.body.deliveries).toEqual([]);
});

const KEEPS = [{ key: "fee", type: "integer", label: "Fee" }];
const RENAMED = [
  { key: "rate", type: "decimal", label: "Rate" },
  { key: "tone", type: "text", label: "Tone" },
];

/** A version whose settings are the next, with the steps that lead there. */
async function publishSettings(one: Installed, version: string, number: number, fields: object[], steps: object[][]) {
  const files = Object.fromEntries(
    steps.map((operations, n) => [
      `migrations/settings-${n + 2}.json`,
      new TextEncoder().encode(JSON.stringify({ operations })),
    ]),
  );
  await env.BUNDLES.put(`b/sha256/${await sha256Hex(`${one.name}@${version}`)}`, zipSync(files));
  const listed = await Promise.all(
    Object.entries(files).map(async ([path, bytes]) => [path, { sha256: await sha256Hex(bytes) }]),
  );
  const { closure } = (await env.DB.prepare("SELECT closure_digest AS closure FROM releases WHERE plugin_id = ?")
    .bind(one.pluginId)
    .first<{ closure: string }>()) ?? { closure: "" };
  const settings = { version: number, fields };
  await publish(one, version, { settings, files: Object.fromEntries(listed) }, closure);
}

async function configured(steps: object[][]) {
  const instance = await registeredInstance();
  const module = onRequest("context.log.info(context.settings)");
  const settings = { version: 1, fields: KEEPS };
  const one = await installPlugin({ instance, module, manifest: manifest({ settings }) });
  const path = `/v1/installations/${one.installationId}/settings`;
  const bearer = instance.accountToken;
  const shown = async () => (await call("GET", path, { bearer })).body;
  const save = (values: object) => call("PUT", path, { bearer, body: { values } });
  expect((await save({ fee: 3 })).status).toBe(200);
  await publishSettings(one, "2.0.0", 2, RENAMED, steps);
  return { instance, one, shown, save };
}

const THERE_AND_BACK = [
  { op: "rename", key: "fee", to: "rate", undoable: true },
  { op: "toType", key: "rate", type: "decimal", undoable: true },
  { op: "set", key: "tone", value: "kind", undoable: true },
];

it("brings settings to the version that runs, once however many come, and back with what was changed since", async () => {
  const { one, shown, save } = await configured([THERE_AND_BACK]);
  await update(one, "2.0.0");
  const all = await Promise.all([shown(), shown(), shown()]);
  for (const body of all) expect(body).toMatchObject({ version: "2.0.0", values: { rate: "3", tone: "kind" } });
  const { results } = await env.DB.prepare(
    "SELECT data FROM audit WHERE action = 'installation.settings_migrated' AND subject_id = ?",
  )
    .bind(one.activationId)
    .all();
  expect(results).toHaveLength(1);
  expect((await save({ rate: "3", tone: "dry" })).status).toBe(200);
  await update(one, "1.0.0");
  expect(await shown()).toMatchObject({ version: "1.0.0", values: { fee: 3 } });
  // Forward again: nothing is left of the first time.
  await save({ fee: 4 });
  await update(one, "2.0.0");
  expect(await shown()).toMatchObject({ values: { rate: "4", tone: "kind" } });
});

it("hands migrated settings to the first run after an update", async () => {
  const { instance, one } = await configured([THERE_AND_BACK]);
  await env.DB.prepare(
    "UPDATE releases SET server_sha256 = (SELECT o.server_sha256 FROM releases o WHERE o.plugin_id = ?1 AND o.version = '1.0.0') WHERE plugin_id = ?1",
  )
    .bind(one.pluginId)
    .run();
  await update(one, "2.0.0");
  const { said, outcome } = await runs(instance, one, 1);
  expect(outcome).toBe("ok");
  expect(JSON.parse(said)).toEqual({ rate: "3", tone: "kind" });
});

it("gives a rollback over a step that cannot be undone the settings of before the update", async () => {
  const { one, shown, save } = await configured([[...THERE_AND_BACK, { op: "drop", key: "fee", undoable: false }]]);
  await update(one, "2.0.0");
  await save({ rate: "9" });
  await update(one, "1.0.0");
  expect(await shown()).toMatchObject({ values: { fee: 3 } });
});

it("keeps settings as they are where no migration can be read", async () => {
  const { one, shown } = await configured([]);
  await update(one, "2.0.0");
  expect(await shown()).toMatchObject({ version: "2.0.0", values: {} });
  await update(one, "1.0.0");
  expect(await shown()).toMatchObject({ values: { fee: 3 } });
});
