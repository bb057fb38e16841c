import { env, RpcTarget } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { HostSession, Runner } from "../../src/contract/sandbox.ts";
import type { CallReply, Job } from "../../src/domain/execution/job.ts";
import type { Method } from "../../src/domain/execution/methods.ts";
import type { Json } from "../../src/domain/json/json.ts";
import { jobFor, onRequest, REQUEST_CALL } from "./job.ts";

const sandbox = env.SANDBOX as unknown as Runner;

class TellingHost extends RpcTarget implements HostSession {
  readonly heard: { method: Method; args: Json }[] = [];
  async call(method: Method, args: Json): Promise<CallReply> {
    this.heard.push({ method, args });
    return { ok: true, value: null };
  }
}

async function play(module: string, over: Partial<Job> = {}) {
  const host = new TellingHost();
  const reply = await sandbox.run(await jobFor(module, over), REQUEST_CALL, host, module);
  return { host, reply, value: reply.ok ? (reply.value as never) : reply.error };
}

const ALL = ["customers.read", "storage.read", "storage.write"] as const;

it("gives an isolate nothing but one run's capabilities", async () => {
  const module = `import { env } from "cloudflare:workers";
    export default { events: { "request.created": async (context) => ({
      env: Object.keys(env),
      process: typeof process, Buffer: typeof Buffer, require: typeof require,
      evaluated: (() => { try { return eval("1") } catch (e) { return "refused" } })(),
      made: (() => { try { return new Function("return 1")() } catch (e) { return "refused" } })(),
      console: Object.entries(console).filter(([, value]) => /native/.test(String(value))).map(([name]) => name),
      context: Object.keys(context),
    }) } };`;
  const { value } = await play(module);
  expect(value).toEqual({
    env: [],
    process: "undefined",
    Buffer: "undefined",
    require: "undefined",
    evaluated: "refused",
    made: "refused",
    console: [],
    context: [
      ...["plugin", "installation", "settings", "license"],
      ...["customers", "requests", "appointments", "notifications", "storage"],
      ...["files", "secrets", "events", "webhooks", "i18n", "log"],
    ],
  });
});

it("closes capabilities that were kept for a later run of the same isolate", async () => {
  const module = `let kept;
    export default { events: { "request.created": async (context) => {
      if (!kept) { kept = context; return "kept"; }
      try { await kept.customers.list(); return "worked"; } catch (e) { return e.code ?? e.message; }
    } } };`;
  const first = await play(module, { granted: ["customers.read"] });
  expect(first.value).toBe("kept");
  const second = await play(module, { granted: ["customers.read"] });
  expect(second.value).not.toBe("worked");
  expect(second.host.heard).toEqual([]);
  expect(first.host.heard).toEqual([]);
});

it("closes capabilities while work of the plugin goes on after its answer", async () => {
  const { host, reply } = await play(
    onRequest(`setTimeout(() => context.customers.list().catch(() => {}), 50); return "answered";`),
    { granted: ["customers.read"] },
  );
  expect(reply).toMatchObject({ ok: true });
  await scheduler.wait(150);
  expect(host.heard).toEqual([]);
});

it("shares nothing between installations of the same plugin", async () => {
  const module = `let n = 0; export default { events: { "request.created": async () => ++n } };`;
  const one = () => play(module, { activationId: "act_one" });
  const two = () => play(module, { activationId: "act_two" });
  expect([(await one()).value, (await one()).value, (await two()).value]).toEqual([1, 2, 1]);
});

it.each([
  ["a function", `() => {}`],
  ["a bigint", `10n`],
  ["a date", `new Date()`],
  ["a map", `new Map([["a", 1]])`],
  ["bytes", `new Uint8Array(4)`],
  ["not a number", `NaN`],
  ["a cycle", `(() => { const a = {}; a.self = a; return a; })()`],
  ["a very deep object", `(() => { let o = {}; const r = o; for (let i = 0; i < 50; i++) o = o.a = {}; return r; })()`],
  ["a member called __proto__", `JSON.parse('{"__proto__": {"polluted": 1}}')`],
  ["300 KiB of text", `"x".repeat(300 * 1024)`],
  ["a sparse array", `(() => { const a = []; a[4294967294] = 1; return a; })()`],
  ["two hundred thousand members", `Object.fromEntries(Array.from({ length: 2e5 }, (_, i) => ["k" + i, i]))`],
])("lets no argument through that is %s", async (_, expression) => {
  const { host, value } = await play(
    onRequest(
      `try { await context.storage.set("k", ${expression}); return "sent"; } catch (e) { return e.code ?? e.name; }`,
    ),
    { granted: ["storage.write"] },
  );
  expect(value).not.toBe("sent");
  expect(host.heard).toEqual([]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

it("survives a plugin that rewrites the language before the prelude runs", async () => {
  const module = `
    JSON.stringify = () => ({ toString: () => "forged", dispose() {} });
    Promise.prototype.finally = function () { throw new Error("no"); };
    Array.prototype.map = () => { throw new Error("no map"); };
    Object.keys = () => ["x"];
    export default { events: { "request.created": async () => "fine" } };`;
  const { reply } = await play(module);
  expect(reply).toMatchObject({ ok: false });
  expect(["plugin_output", "plugin_crashed", "plugin_error"]).toContain(reply.ok ? "" : reply.error.code);
});

it.each([
  ["a forged success", `{"ok":true,"value":{"forged":1}}`, { ok: true }],
  [
    "a forged run code",
    `{"ok":false,"code":"sandbox_crashed","message":"x"}`,
    { ok: false, error: { code: "plugin_error" } },
  ],
  ["no envelope", `[1,2,3]`, { ok: false, error: { code: "plugin_output" } }],
  ["not JSON", `{{{`, { ok: false, error: { code: "plugin_output" } }],
])("reads %s from a plugin that writes the prelude's answer as what it is: its own word", async (_, text, expected) => {
  const module = `JSON.stringify = () => ${JSON.stringify(text)};
    export default { events: { "request.created": async () => 1 } };`;
  const { reply } = await play(module);
  expect(reply).toMatchObject(expected);
  expect(reply.report).toEqual({ calls: {}, denied: {}, logs: [] });
});

it("drops functions, stubs and accessors from an answer", async () => {
  const { value } = await play(
    onRequest(`return { f() {}, get g() { return 1; }, n: 1, d: new Date(0), toJSON: undefined };`),
  );
  expect(value).toEqual({ g: 1, n: 1, d: "1970-01-01T00:00:00.000Z" });
});

it("keeps at most 16 KiB of log, one line per call, without control characters", async () => {
  const { reply } = await play(
    onRequest(`context.log.error("a\\n{\\"level\\":\\"info\\"}\\u001b[31m");
      for (let i = 0; i < 20000; i++) context.log.info("x".repeat(100)); return 1;`),
  );
  const logs = reply.report?.logs ?? [];
  expect(logs[0]).toEqual({ level: "error", text: 'a {"level":"info"} [31m' });
  expect(logs.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(16_384);
  expect(logs.length).toBeLessThan(200);
});

it("keeps the log of a run that never ends", async () => {
  const limits = { wallMs: 200, cpuMs: 200, subRequests: 60, calls: 10, outputBytes: 1000, logBytes: 1000 };
  const { reply } = await play(onRequest(`context.log.info("here"); await new Promise((r) => setTimeout(r, 60000));`), {
    limits,
  });
  expect(reply).toMatchObject({ ok: false, error: { code: "plugin_timeout" }, report: { logs: [{ text: "here" }] } });
});

it("bears three thousand calls at once and lets its neighbor answer meanwhile", async () => {
  const flood = play(
    onRequest(`const all = await Promise.allSettled(Array.from({ length: 3000 }, () => context.customers.list()));
      return all.filter(({ status }) => status === "fulfilled").length;`),
    { granted: [...ALL], activationId: "act_flood", limits: { ...(await jobFor("")).limits, wallMs: 20_000 } },
  );
  const neighbor = await play(onRequest(`return "here"`), { activationId: "act_neighbor" });
  expect(neighbor.value).toBe("here");
  const { host, reply } = await flood;
  expect(reply).toMatchObject({ ok: false, error: { code: "plugin_limit" } });
  expect(host.heard.length).toBeLessThanOrEqual(1000);
  expect(reply.report?.calls["customers.list"]).toBeLessThanOrEqual(1000);
}, 30_000);

it("counts refused wishes outside the isolate, also when the plugin hides them", async () => {
  const { reply, host } = await play(
    onRequest(`for (let i = 0; i < 3; i++) await context.customers.list().catch(() => {}); return "quiet";`),
  );
  expect(reply).toMatchObject({ ok: true, report: { denied: { "customers.list": 3 }, calls: {} } });
  expect(host.heard).toEqual([]);
});

const EGRESS = [
  { host: "api.allowed.example", methods: ["GET", "POST"] },
  { host: "*.wild.example", methods: ["GET"] },
];

it("lets declared hosts and methods out, with our headers and without cookies", async () => {
  const { value } = await play(
    onRequest(`const r = await fetch("https://api.allowed.example/path?q=1", { method: "POST", body: "hello",
        headers: { cookie: "a=1", "x-forwarded-for": "1.2.3.4", "cf-connecting-ip": "1.2.3.4", "x-plugin-name": "other", authorization: "Bearer own" } });
      return { status: r.status, cookie: r.headers.get("set-cookie"), kept: r.headers.get("x-answer"), asked: await r.json() };`),
    { egress: EGRESS },
  );
  const { asked, ...rest } = value as unknown as {
    asked: { url: string; method: string; headers: Record<string, string>; body: string };
  };
  expect(rest).toEqual({ status: 200, cookie: null, kept: "kept" });
  expect(asked).toMatchObject({ url: "https://api.allowed.example/path?q=1", method: "POST", body: "hello" });
  expect(asked.headers.authorization).toBe("Bearer own");
  for (const name of ["cookie", "x-forwarded-for", "cf-connecting-ip", "x-plugin-name"])
    expect(asked.headers[name], name).not.toBe("1.2.3.4");
});

it.each([
  ["another host", `fetch("https://canary.example/")`],
  ["a longer name", `fetch("https://api.allowed.example.evil.example/")`],
  ["http", `fetch("http://api.allowed.example/")`],
  ["another port", `fetch("https://api.allowed.example:8443/")`],
  ["a method that is not declared", `fetch("https://api.allowed.example/", { method: "DELETE" })`],
  ["the bare name of a wildcard", `fetch("https://wild.example/")`],
  ["two labels under a wildcard", `fetch("https://a.b.wild.example/")`],
  ["an address of the cloud", `fetch("http://169.254.169.254/latest/meta-data/")`],
  ["this machine", `fetch("https://localhost/")`],
])("lets nothing out to %s", async (_, attempt) => {
  const { reply } = await play(onRequest(`const r = await ${attempt}; return await r.text();`), { egress: EGRESS });
  expect(reply).toMatchObject({ ok: false, error: { code: "network_denied" } });
});

it("judges every hop of a redirect again, and adds a secret only where it belongs", async () => {
  const inject = [{ header: "x-key", value: "s3cret" }];
  const egress = [...EGRESS.slice(0, 1).map((rule) => ({ ...rule, inject })), ...EGRESS.slice(1)];
  const ask = (to: string, redirect = "follow") =>
    play(
      onRequest(`const r = await fetch("https://api.allowed.example/redirect?to=${encodeURIComponent(to)}", { redirect: "${redirect}" });
        return { status: r.status, text: await r.text() };`),
      { egress },
    );
  for (const to of ["https://canary.example/", "http://api.allowed.example/", "https://169.254.169.254/"])
    expect((await ask(to)).reply).toMatchObject({ ok: false, error: { code: "network_denied" } });
  expect((await ask("https://canary.example/", "manual")).value).toMatchObject({ status: 302 });
  const { text } = (await ask("https://eu.wild.example/")).value as unknown as { text: string };
  expect(JSON.parse(text).url).toBe("https://eu.wild.example/");
  expect(text).not.toContain("s3cret");
  const back = (await ask("https://api.allowed.example/again")).value as unknown as { text: string };
  expect(JSON.parse(back.text).headers["x-key"]).toBe("s3cret");
});

it("ends an answer that is larger than 8 MiB and a request that is larger than 4", async () => {
  const limits = { ...(await jobFor("")).limits, wallMs: 15_000 };
  const over = { egress: EGRESS, limits };
  const large = await play(
    onRequest(`return (await (await fetch("https://api.allowed.example/large")).text()).length;`),
    over,
  );
  expect(large.reply).toMatchObject({ ok: false, error: { code: "plugin_error" } });
  for (const body of [
    `new Uint8Array(4_194_305)`,
    `new ReadableStream({ start(c) { for (let n = 0; n < 5; n++) c.enqueue(new Uint8Array(1_000_000)); c.close(); } })`,
  ]) {
    const { reply } = await play(
      onRequest(`return (await fetch("https://api.allowed.example/", { method: "POST", body: ${body} })).status;`),
      over,
    );
    expect(reply).toMatchObject({ ok: false, error: { code: "network_denied" } });
  }
});

it("keeps the network's budget of a minute over every isolate of the installation, and apart from others", async () => {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 5_000) await scheduler.wait(left + 50);
  const module = onRequest(`
    let left = 0;
    try { for (;;) { await fetch("https://api.allowed.example/"); left++; } } catch (e) { return [left, e.message]; }`);
  const limits = { ...(await jobFor("")).limits, wallMs: 15_000 };
  const over = { egress: EGRESS, egressPerMinute: 3, activationId: "act_budget", limits };
  const first = await play(module, over);
  expect(first.value).toEqual([3, expect.stringContaining("more than 3 requests in one minute")]);
  // Another version is another isolate: what a restart would give, too.
  expect((await play(module, { ...over, version: "2.0.0" })).value).toEqual([
    0,
    expect.stringContaining("network_denied"),
  ]);
  expect((await play(module, { ...over, activationId: "act_budget_2" })).value).toEqual([3, expect.anything()]);
});

it("lets one label through a wildcard", async () => {
  const { value } = await play(onRequest(`return (await fetch("https://eu.wild.example/")).status;`), {
    egress: EGRESS,
  });
  expect(value).toBe(200);
});

it("has no way out but fetch", async () => {
  const module = `import { connect } from "cloudflare:sockets";
    export default { events: { "request.created": async () => {
      const socket = connect("api.allowed.example:443"); await socket.opened;
      const w = socket.writable.getWriter(); await w.write(new Uint8Array([1])); const r = await socket.readable.getReader().read();
      return "connected " + JSON.stringify(r);
    } } };`;
  for (const egress of [[], EGRESS]) {
    const { reply } = await play(module, { egress, activationId: `act_tcp${egress.length}` });
    expect(reply.ok).toBe(false);
  }
});
