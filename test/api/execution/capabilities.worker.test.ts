import { env } from "cloudflare:workers";
import { zipSync } from "fflate";
import { expect, it } from "vitest";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { onRequest } from "../../sandbox/job.ts";
import { call } from "../account/calls.worker.ts";
import { ended, installPlugin, postEvent, registeredInstance, requestCreated } from "./installed.worker.ts";

const STORAGE = ["requests.read", "storage.delete", "storage.read", "storage.write"];
let made = 0;

type Plugin = Partial<Parameters<typeof installPlugin>[0]>;

/** Runs the body once, as the handler of an event of this plugin; answers its execution and what it logged first. */
async function play(body: string, plugin: Plugin = {}) {
  const instance = plugin.instance ?? (await registeredInstance());
  const module = onRequest(body, `// ${++made}`);
  const installed = await installPlugin({ module, granted: STORAGE, ...plugin, instance });
  await postEvent(instance, requestCreated(`evt_cap_${made}`));
  const [row] = await ended(instance, installed);
  const [line] = row.logs as { text: string }[];
  return { row, instance, installed, said: line === undefined ? null : JSON.parse(line.text) };
}

const SETTINGS = {
  settings: {
    version: 1,
    fields: [
      { key: "greeting", type: "text", label: "Greeting", default: "Servus", max: 10 },
      { key: "limit", type: "integer", label: "Limit", required: true, min: 1, max: 5 },
      { key: "tone", type: "select", label: "Tone", options: [{ value: "kind", label: "Kind" }] },
      { key: "apiKey", type: "secret", label: "API key", readable: true },
      {
        key: "gateKey",
        type: "secret",
        label: "Gate key",
        inject: { host: "api.allowed.example", header: "Authorization", prefix: "Bearer " },
      },
    ],
  },
};

it("keeps files beside values: put, replaced, listed, read, deleted", async () => {
  const { row, said } = await play(`
    const put = await context.files.put("a/report.txt", "Grüße", "text/plain");
    await context.files.put("a/report.txt", "Servus", "text/plain");
    await context.files.put("b.bin", new Uint8Array([0, 255]), "application/octet-stream");
    const got = await context.files.get("a/report.txt");
    const page = await context.files.list({ limit: 1 });
    const next = await context.files.list({ limit: 1, cursor: page.cursor });
    const forged = await context.files.list({ cursor: "x" + page.cursor }).catch((e) => e.code);
    const ofValues = await context.storage.list({ cursor: page.cursor }).catch((e) => e.code);
    await context.files.delete("b.bin");
    context.log.info([put.size, new TextDecoder().decode(got.bytes), got.contentType, page.items[0].key,
      next.items[0].key, next.cursor ?? null, forged, ofValues, await context.files.get("b.bin")]);`);
  expect(row).toMatchObject({ outcome: "ok", calls: { "files.put": 3, "files.get": 2 } });
  const bad = "invalid_arguments";
  expect(said).toEqual([7, "Servus", "text/plain", "a/report.txt", "b.bin", null, bad, bad, null]);
  // Replaced and deleted bytes are gone from the bucket too.
  expect((await env.BUNDLES.list({ prefix: "f/" })).objects).toHaveLength(1);
});

it("counts files and values against one quota", async () => {
  const { said } = await play(
    `
    const big = new Uint8Array(3_500_000);
    const codes = [];
    for (let n = 0; n < 4; n++)
      codes.push(await context.files.put("f" + n, big, "a/b").then(() => "kept", (e) => e.code));
    const again = await context.files.put("f0", new Uint8Array(1), "a/b").then(() => "kept", (e) => e.code);
    const then = await context.files.put("f3", big, "a/b").then(() => "kept", (e) => e.code);
    context.log.info([codes, again, then]);`,
    { tier: "free" },
  );
  expect(said).toEqual([["kept", "kept", "quota_exceeded", "quota_exceeded"], "kept", "kept"]);
});

it("counts, compares and sets without losing a parallel change", async () => {
  const { said } = await play(`
    const sums = await Promise.all(Array.from({ length: 20 }, () => context.storage.increment("n")));
    const wins = await Promise.all(Array.from({ length: 10 }, (_, n) => context.storage.compareAndSet("c", null, n)));
    await context.storage.setMany([{ key: "x", value: { b: 1, a: 2 } }, { key: "y", value: 2 }]);
    const same = await context.storage.compareAndSet("x", { a: 2, b: 1 }, "new");
    const many = await context.storage.getMany(["x", "y", "nothing"]);
    const text = await context.storage.increment("x").catch((e) => e.code);
    const twice = await context.storage.setMany([{ key: "z", value: 1 }, { key: "z", value: 2 }]).catch((e) => e.code);
    context.log.info([Math.max(...sums), new Set(sums).size, wins.filter(Boolean).length, same, many, text, twice]);`);
  expect(said).toEqual([20, 20, 1, true, ["new", 2, null], "invalid_arguments", "invalid_arguments"]);
});

it("hands settings over, filled in with defaults, and refuses values that do not fit", async () => {
  const instance = await registeredInstance();
  const plugin = { instance, manifest: SETTINGS, granted: ["requests.read"] };
  const module = onRequest(`context.log.info(context.settings)`);
  const installed = await installPlugin({ module, ...plugin });
  const path = `/v1/installations/${installed.installationId}/settings`;
  const bearer = await instance.bearer();
  const before = await call("GET", path, { bearer });
  expect(before).toMatchObject({ status: 200, body: { values: { greeting: "Servus" }, missing: ["limit"] } });
  expect(before.body.secrets).toEqual([
    { key: "apiKey", isSet: false },
    { key: "gateKey", isSet: false },
  ]);
  const bad = await call("PUT", path, {
    bearer,
    body: { values: { greeting: "x".repeat(11), limit: 6, tone: "rude", apiKey: "s", other: 1 } },
  });
  expect(bad.status).toBe(422);
  const pointers = (bad.body.errors as { pointer: string }[]).map(({ pointer }) => pointer);
  expect(pointers.sort()).toEqual(
    ["greeting", "limit", "tone", "apiKey", "other"].map((key) => `/values/${key}`).sort(),
  );
  const owner = { bearer: instance.accountToken, body: { values: { limit: 3, tone: "kind" } } };
  expect(await call("PUT", path, owner)).toMatchObject({ status: 200, body: { missing: [] } });
  await postEvent(instance, requestCreated("evt_settings"));
  const [row] = await ended(instance, installed);
  expect(JSON.parse(row.logs[0].text)).toEqual({ greeting: "Servus", limit: 3, tone: "kind" });
});

it("keeps secrets from everybody but the plugin they were set for", async () => {
  const instance = await registeredInstance();
  const read = `
    const own = await context.secrets.get("apiKey").catch((e) => e.code);
    const injected = await context.secrets.get("gateKey").catch((e) => e.code);
    const unknown = await context.secrets.get("nothing").catch((e) => e.code);
    context.log.info([own, injected, unknown, Object.keys(context.settings)]);`;
  const plugin = { module: onRequest(read), instance, manifest: SETTINGS, granted: ["requests.read"] };
  const [one, two] = [await installPlugin(plugin), await installPlugin(plugin)];
  const path = (key: string) => `/v1/installations/${one.installationId}/secrets/${key}`;
  const bearer = await instance.bearer();
  const put = (key: string, value: string) => call("PUT", path(key), { bearer, body: { value } });
  expect(await put("apiKey", "s3cret")).toMatchObject({ status: 200, body: { key: "apiKey", isSet: true } });
  expect((await put("greeting", "x")).status).toBe(404);
  expect((await put("gateKey", "a\r\nX-Evil: 1")).status).toBe(422);
  const shown = await call("GET", `/v1/installations/${one.installationId}/settings`, { bearer });
  expect(JSON.stringify(shown.body)).not.toContain("s3cret");
  const rows = await env.DB.prepare("SELECT sealed FROM installation_secrets").all<{ sealed: string }>();
  expect(rows.results.map(({ sealed }) => sealed).join()).not.toContain("s3cret");
  await postEvent(instance, requestCreated("evt_secret"));
  const [mine] = await ended(instance, one);
  const [others] = await ended(instance, two);
  expect(JSON.parse(mine.logs[0].text)).toEqual(["s3cret", "capability_denied", "capability_denied", ["greeting"]]);
  expect(JSON.parse(others.logs[0].text)[0]).toBeNull();
  // A sealed text that is moved to another installation does not open there.
  await env.DB.prepare("UPDATE installation_secrets SET activation_id = ?").bind(two.activationId).run();
  await postEvent(instance, requestCreated("evt_moved"));
  const [moved] = await ended(instance, two, 2);
  expect(JSON.parse(moved.logs[0].text)[0]).toBe("host_unavailable");
  expect(await call("DELETE", path("apiKey"), { bearer })).toMatchObject({ status: 200, body: { isSet: false } });
  const noted = await env.DB.prepare("SELECT action, data FROM audit WHERE subject_id = ?")
    .bind(one.activationId)
    .all<{ action: string; data: string }>();
  expect(noted.results[0]).toMatchObject({ action: "installation.secret_set", data: '{"key":"apiKey"}' });
  expect(JSON.stringify(noted.results)).not.toContain("s3cret");
});

it("adds injected secrets at the gate, over whatever the plugin sent, and to that host alone", async () => {
  const instance = await registeredInstance();
  const body = `
    const ask = async (url, headers) => (await (await fetch(url, { headers })).json()).headers;
    const own = await ask("https://api.allowed.example/", { authorization: "Bearer mine", cookie: "a=1" });
    const other = await ask("https://a.wild.example/", {});
    context.log.info([own.authorization, own.cookie ?? null, other.authorization ?? null]);`;
  const installed = await installPlugin({
    module: onRequest(body),
    instance,
    manifest: SETTINGS,
    egress: [{ host: "*.wild.example" }, { host: "api.allowed.example" }],
  });
  const bearer = await instance.bearer();
  const path = `/v1/installations/${installed.installationId}/secrets/gateKey`;
  for (const value of ["first", "second"]) {
    await call("PUT", path, { bearer, body: { value } });
    await postEvent(instance, requestCreated(`evt_inject_${value}`));
    const rows = await ended(instance, installed, value === "first" ? 1 : 2);
    expect(JSON.parse(rows[0].logs[0].text)).toEqual([`Bearer ${value}`, null, null]);
  }
});

it("tells the other plugins that listen, under the teller's name, and nobody else", async () => {
  const instance = await registeredInstance();
  const stranger = await registeredInstance();
  const heard = (on: string) => `export default { events: { "${on}": (context, event) => context.log.info(event) } };`;
  const on = "plugin:teller-one:lead.scored";
  const listener = { module: heard(on), events: [{ on }], granted: ["requests.read"] };
  const near = await installPlugin({ ...listener, instance });
  const far = await installPlugin({ ...listener, instance: stranger });
  const deaf = await installPlugin({ module: "export default {}", events: [], granted: [], instance });
  const { said } = await play(
    `
    const told = await context.events.emit("lead.scored", { score: 7, password: "x" });
    const undeclared = await context.events.emit("other", {}).catch((e) => e.code);
    const big = await context.events.emit("lead.scored", { text: "x".repeat(20_000) }).catch((e) => e.code);
    context.log.info([told.deliveries, undeclared, big]);`,
    { instance, name: "teller-one", manifest: { emits: ["lead.scored"] } },
  );
  expect(said).toEqual([1, "capability_denied", "invalid_arguments"]);
  const [row] = await ended(instance, near);
  expect(row).toMatchObject({ outcome: "ok", action: on });
  expect(JSON.parse(row.logs[0].text)).toMatchObject({ event: on, entity: "plugin", data: { score: 7 }, depth: 1 });
  expect(row.logs[0].text).not.toContain("password");
  for (const [who, installed] of [
    [stranger, far],
    [instance, deaf],
  ] as const) {
    const { body } = await call("GET", `/v1/installations/${installed.installationId}/executions`, {
      bearer: await who.bearer(),
    });
    expect(body.total).toBe(0);
  }
  expect((await postEvent(instance, requestCreated("evt_forged", { event: on, entity: "plugin" }))).status).toBe(422);
});

it("ends two plugins that answer each other", async () => {
  const instance = await registeredInstance();
  const echo = (hears: string, tells: string) => `export default { events: {
    "request.created": (context) => context.events.emit("${tells}"),
    "plugin:${hears}": async (context, event) => {
      context.log.info(event.depth, await context.events.emit("${tells}").then(() => "told", (e) => e.code));
    } } };`;
  const granted = ["requests.read"];
  const events = (hears: string) => [{ on: `plugin:${hears}` }];
  await installPlugin({
    name: "ping-it",
    instance,
    granted,
    module: echo("pong-it:pong", "ping"),
    manifest: { emits: ["ping"] },
    events: [...events("pong-it:pong"), { on: "request.created" }],
  });
  const pong = await installPlugin({
    name: "pong-it",
    instance,
    granted,
    module: echo("ping-it:ping", "pong"),
    manifest: { emits: ["pong"] },
    events: events("ping-it:ping"),
  });
  await postEvent(instance, requestCreated("evt_loop"));
  const rows = await ended(instance, pong, 2);
  expect(rows.map(({ logs }) => logs[0].text)).toEqual(["3 told", "1 told"]);
});

it("owes the instance the webhook that a plugin triggers", async () => {
  const { said, row, instance, installed } = await play(
    `context.log.info(await context.webhooks.trigger("lead.scored", { score: 7 }));`,
    { granted: ["requests.read", "webhooks.trigger"] },
  );
  expect(row.calls).toEqual({ "webhooks.trigger": 1 });
  const owed = await env.DB.prepare("SELECT * FROM webhook_outbox WHERE event LIKE 'plugin:%'").first();
  expect(owed).toMatchObject({
    event: `plugin:${installed.name}:lead.scored`,
    instance_id: Number(instance.instanceId),
    data: '{"score":7}',
  });
  expect(said).toEqual({ id: `evt_${owed?.id}` });
  const denied = await play(`await context.webhooks.trigger("x")`);
  expect(denied.row).toMatchObject({ outcome: "capability_denied", denied: { "webhooks.trigger": 1 } });
});

it("knows its license, not the key, and its own texts by language", async () => {
  const name = "texts-of-mine";
  const text = new TextEncoder().encode(JSON.stringify({ hello: "Servus {name}", only: "nur Österreich" }));
  const german = new TextEncoder().encode(JSON.stringify({ hello: "Hallo {name}", bye: "Tschüss", deep: { no: 1 } }));
  const files = { "locales/de-AT.json": text, "locales/de.json": german };
  await env.BUNDLES.put(`b/sha256/${await sha256Hex(name)}`, zipSync(files));
  const listed = Object.fromEntries(
    await Promise.all(Object.entries(files).map(async ([path, bytes]) => [path, { sha256: await sha256Hex(bytes) }])),
  );
  const { said } = await play(
    `
    const { tier, status, features, limits } = context.license;
    context.log.info([tier, status, features, limits, Object.keys(context.license).includes("key"),
      await context.i18n.text("de-at", "hello", { name: "Eva" }), await context.i18n.text("de", "hello", { name: "Eva" }),
      await context.i18n.text("de-AT", "bye"), await context.i18n.text("fr", "hello"), await context.i18n.strings("de"),
      await context.i18n.strings("../x").catch((e) => e.code)]);`,
    { name, manifest: { files: listed }, tier: "premium" },
  );
  expect(said).toEqual([
    ...["premium", "active", [], {}, false],
    ...["Servus Eva", "Hallo Eva", "Tschüss", "hello"],
    { hello: "Hallo {name}", bye: "Tschüss" },
    "invalid_arguments",
  ]);
});

it("counts calls of an unlimited license and never refuses them, and tells a passed threshold at once", async () => {
  const calls = (n: number) => `
    const codes = [];
    for (let n = 0; n < ${n}; n++) codes.push(await context.storage.get("k").then(() => "ok", (e) => e.code));
    context.log.info(codes);`;
  const limited = async (cap: number, n: number) => {
    const instance = await registeredInstance();
    const module = onRequest(calls(n), `// ${cap}`);
    const installed = await installPlugin({ instance, module, granted: STORAGE });
    await env.DB.prepare("INSERT INTO license_limits (license_id, metric, cap) VALUES (?, 'apiCalls', ?)")
      .bind(installed.licenseId, cap)
      .run();
    await postEvent(instance, requestCreated(`evt_limit_${cap}`));
    const [row] = await ended(instance, installed);
    const used = await env.DB.prepare("SELECT used FROM usage_counters WHERE license_id = ? AND metric = 'apiCalls'")
      .bind(installed.licenseId)
      .first<{ used: number }>();
    return { codes: JSON.parse(row.logs[0].text) as string[], used: used?.used, installed };
  };
  const unlimited = await limited(-1, 3);
  expect(unlimited).toMatchObject({ codes: ["ok", "ok", "ok"], used: 100 });
  const small = await limited(10, 11);
  expect(small.codes.filter((code) => code === "ok")).toHaveLength(10);
  expect(small).toMatchObject({ used: 10 });
  expect(small.codes.at(-1)).toBe("quota_exceeded");
  const told = async () => {
    const { results } = await env.DB.prepare(
      "SELECT attempts, state FROM webhook_outbox WHERE subject_kind = 'license' AND subject_id = ? ORDER BY id",
    )
      .bind(small.installed.licenseId)
      .all<{ attempts: number; state: string }>();
    return results;
  };
  const end = Date.now() + 5_000;
  // No sweep runs here: whatever was tried was rung for.
  const isTried = (rows: Awaited<ReturnType<typeof told>>) => rows[0] !== undefined && rows[0].state !== "queued";
  while (!isTried(await told()) && Date.now() < end) await scheduler.wait(30);
  const rows = await told();
  expect(rows).toHaveLength(2);
  expect(isTried(rows)).toBe(true);
});
