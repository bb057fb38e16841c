import { env, RpcTarget } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { HostSession, Runner } from "../../src/contract/sandbox.ts";
import type { Call, CallReply, Job, RunReply } from "../../src/domain/execution/job.ts";
import type { Method } from "../../src/domain/execution/methods.ts";
import type { Json } from "../../src/domain/json/json.ts";
import { type Platform, runPlugin } from "../../src/sandbox/run.ts";
import { jobFor, onRequest, REQUEST_CALL } from "./job.ts";

const sandbox = env.SANDBOX as unknown as Runner;
const EGRESS = [{ host: "api.allowed.example", methods: ["GET"] }];
const GRANTED = ["storage.read", "storage.write"] as const;

/** Answers every call with whose session it was, and remembers it. */
class TellingHost extends RpcTarget implements HostSession {
  readonly heard: { method: Method; args: Json }[] = [];
  readonly #whose: string;
  constructor(whose: string) {
    super();
    this.#whose = whose;
  }
  async call(method: Method, args: Json): Promise<CallReply> {
    this.heard.push({ method, args });
    return { ok: true, value: this.#whose };
  }
}

async function play(module: string, over: Partial<Job> = {}, call: Call = REQUEST_CALL) {
  const job = await jobFor(module, { granted: GRANTED, ...over });
  const host = new TellingHost(job.activationId);
  const reply = await sandbox.run(job, call, host, module);
  return { host, reply, value: reply.ok ? reply.value : reply.error };
}

/** Leaves a mark wherever a language or a platform could keep one, and tells which marks were there before. */
const MARKS = `
  const places = {
    global: [() => globalThis.mark, (m) => { globalThis.mark = m; }],
    "objects' prototype": [() => ({}).mark, (m) => { Object.prototype.mark = m; }],
    "functions' prototype": [() => (() => {}).mark, (m) => { Function.prototype.mark = m; }],
    "promises' prototype": [() => Promise.resolve().mark, (m) => { Promise.prototype.mark = m; }],
    "a shared symbol": [() => globalThis[Symbol.for("mark")], (m) => { globalThis[Symbol.for("mark")] = m; }],
    "a frozen intrinsic": [() => JSON.mark, (m) => { JSON.mark = m; }],
    "crypto": [() => crypto.mark, (m) => { crypto.mark = m; }],
    "the module": [() => kept, (m) => { kept = m; }],
    "the context's prototype": [(c) => Object.getPrototypeOf(c.storage).mark, (m, c) => { Object.getPrototypeOf(c.storage).mark = m; }],
    "the default cache": [
      async () => (await caches.default.match("https://api.allowed.example/mark"))?.text(),
      (m) => caches.default.put("https://api.allowed.example/mark", new Response(m, { headers: { "cache-control": "max-age=600" } })),
    ],
    "a named cache": [
      async () => (await (await caches.open("marks")).match("https://api.allowed.example/mark"))?.text(),
      async (m) => (await caches.open("marks")).put("https://api.allowed.example/mark", new Response(m, { headers: { "cache-control": "max-age=600" } })),
    ],
  };
  let kept;`;
const MARKING = onRequest(
  `const found = [];
  // All are looked at before one is left: a mark on objects' prototype would show everywhere.
  for (const [name, [look]] of Object.entries(places)) try { if ((await look(context)) !== undefined) found.push(name); } catch {}
  for (const [, leave] of Object.values(places)) try { await leave("mark of " + context.installation.id, context); } catch {}
  return found;`,
  MARKS,
);

describe("what one isolate leaves behind", () => {
  it.each([
    ["without a network", []],
    ["with one", EGRESS],
  ])("is found by no other tenant, plugin, version or grant, %s", async (kind, egress) => {
    const first = { activationId: `act_marks_${kind.length}`, egress };
    expect((await play(MARKING, first)).value).toEqual([]);
    // It did leave them: the next run of the same isolate finds some.
    expect((await play(MARKING, first)).value).toEqual(expect.arrayContaining(["global", "the module"]));
    for (const other of [
      { activationId: `act_other_${kind.length}` },
      { plugin: "other-plugin" },
      { version: "1.0.1" },
      { granted: ["storage.read"] as const },
      { settings: {}, closureDigest: "d".repeat(64) },
    ])
      expect((await play(MARKING, { ...first, ...other })).value, JSON.stringify(other)).toEqual([]);
  });

  it("reaches no run that shares the process at the same time", async () => {
    const installations = Array.from({ length: 8 }, (_, n) => `act_beside_${n}`);
    const module = onRequest(
      `globalThis.whose ??= context.installation.id;
      const told = [];
      for (let n = 0; n < 5; n++) { told.push(await context.storage.get("k"), globalThis.whose); await new Promise((d) => setTimeout(d, 1)); }
      return [...new Set(told)];`,
    );
    const answers = await Promise.all(installations.map((activationId) => play(module, { activationId })));
    expect(answers.map(({ value }) => value)).toEqual(installations.map((id) => [id]));
  });
});

/** Hands the raw stub to the plugin, as no prelude of ours ever does, and all that the platform gives an entrypoint. */
const RAW_PRELUDE = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  import plugin from "./plugin.js";
  export default class extends WorkerEntrypoint {
    async run(about, call, bridge) {
      try { return JSON.stringify({ ok: true, value: (await plugin(bridge, this.ctx, this.env)) ?? null }); }
      catch (error) { return JSON.stringify({ ok: false, code: "plugin_error", message: String(error && error.message) }); }
    }
  }`;

async function playRaw(body: string, over: Partial<Job> = {}): Promise<{ host: TellingHost; reply: RunReply }> {
  const module = `import * as platformModule from "cloudflare:workers";\nexport default async (bridge, ctx, env) => { ${body} };`;
  const platform: Platform = {
    loader: env.LOADER,
    prelude: RAW_PRELUDE,
    guestBuild: "raw-leaks",
    deployment: "",
    egress: () => {
      throw new Error("no host is declared");
    },
  };
  const job = await jobFor(module, { granted: GRANTED, ...over });
  const host = new TellingHost(job.activationId);
  return { host, reply: await runPlugin(platform, job, REQUEST_CALL, host, module) };
}

/** A marketplace that says at once that the run shall end. */
class StoppingHost extends TellingHost {
  async stopped(): Promise<void> {}
}

it.each([
  ["never settles", `setInterval(() => {}, 5); await new Promise(() => {});`],
  [
    "ignores whatever it is told",
    `for (;;) { await new Promise((d) => setTimeout(d, 10)); try { await context.storage.get("k"); } catch {} }`,
  ],
])("a run that %s ends when it is stopped, with its capabilities", async (kind, body) => {
  const module = onRequest(body);
  const job = await jobFor(module, { granted: GRANTED, activationId: `act_stopped_${kind.length}` });
  const limits = { ...job.limits, wallMs: 25_000, calls: 1_000 };
  const host = new StoppingHost(job.activationId);
  const reply = await sandbox.run({ ...job, limits }, REQUEST_CALL, host, module);
  expect(reply).toMatchObject({ ok: false, error: { code: "stopped" } });
  // What was on its way when the stop came may still arrive; nothing follows it.
  await scheduler.wait(100);
  const heard = host.heard.length;
  await scheduler.wait(100);
  expect(host.heard.length).toBe(heard);
});

describe("a stub that outlives its run", () => {
  it.each([
    ["itself", `bridge`],
    ["duplicated", `bridge.dup()`],
    ["by a method taken from it", `{ call: bridge.call.bind(bridge) }`],
    ["in a promise of the run before", `{ call: async (...args) => (await Promise.resolve(bridge)).call(...args) }`],
  ])("reaches nobody, kept %s", async (kind, kept) => {
    const body = `
      if (globalThis.kept === undefined) { globalThis.kept = ${kept}; return "kept"; }
      const old = await Promise.race([
        Promise.resolve().then(() => globalThis.kept.call("storage.get", { key: "k" })).catch(() => null),
        new Promise((done) => setTimeout(() => done(null), 300)),
      ]);
      return old !== null && old.ok === true ? "reached " + old.value : "dead";`;
    const over = { activationId: `act_stale_${kind.length}` };
    const first = await playRaw(body, over);
    expect(first.reply).toMatchObject({ ok: true, value: "kept" });
    const second = await playRaw(body, over);
    // Where the platform ends the isolate for it, that is an end, too.
    if (second.reply.ok) expect(second.reply.value).toBe("dead");
    expect([...first.host.heard, ...second.host.heard]).toEqual([]);
  });

  it("reaches only its own installation while two runs of it overlap", async () => {
    const body = `
      globalThis.all ??= []; globalThis.all.push(bridge);
      await new Promise((done) => setTimeout(done, 50));
      const told = [];
      for (const stub of globalThis.all) { const r = await Promise.resolve().then(() => stub.call("storage.get", { key: "k" })).catch(() => null); if (r?.ok) told.push(r.value); }
      return [...new Set(told)];`;
    const plays = ["act_lap_a", "act_lap_a", "act_lap_b", "act_lap_b"].map((activationId) =>
      playRaw(body, { activationId }),
    );
    for (const [at, { reply }] of (await Promise.all(plays)).entries())
      expect(reply).toMatchObject({ ok: true, value: [at < 2 ? "act_lap_a" : "act_lap_b"] });
  });
});

describe("a plugin that forges props", () => {
  it("finds no entrypoint of ours, no binding, and props that are its own", async () => {
    const { reply, host } = await playRaw(`
      const found = [];
      for (const [from, holder] of [["module", platformModule.exports], ["ctx", ctx.exports], ["env", env], ["module env", platformModule.env]])
        for (const name of ["Egress", "EgressMeter", "SandboxRunner", "LOADER", "METER", "VERSION", "SANDBOX", "DB"])
          if (holder?.[name] !== undefined) found.push(from + "." + name);
      found.push(...Object.keys(ctx.props ?? {}), ...Object.keys(env ?? {}));
      return found;`);
    expect(reply).toMatchObject({ ok: true, value: [] });
    expect(host.heard).toEqual([]);
  });

  it("gets no network by starting itself with other props", async () => {
    const forged = `{ props: { activationId: "act_victim", egress: [{ host: "api.allowed.example", methods: ["GET"] }], perMinute: 1e9 } }`;
    const { reply, host } = await playRaw(
      `
      const tries = [];
      const attempt = async (f) => { try { tries.push(await f()); } catch { tries.push("refused"); } };
      await attempt(async () => (await ctx.exports.default(${forged}).fetch("https://api.allowed.example/")).status);
      await attempt(async () => (await platformModule.exports.default(${forged}).fetch("https://api.allowed.example/")).status);
      await attempt(async () => { Object.defineProperty(ctx, "props", { value: ${forged}.props }); return (await fetch("https://api.allowed.example/")).status; });
      await attempt(async () => (await new (class extends platformModule.WorkerEntrypoint {})({ props: {} }, {}).fetch("https://api.allowed.example/")).status);
      return tries;`,
    );
    if (reply.ok) expect(new Set(reply.value as string[])).toEqual(new Set(["refused"]));
    expect(host.heard).toEqual([]);
  });

  it("cannot speak for another installation by what it says in a call", async () => {
    const { reply, host } = await playRaw(`
      const told = [];
      for (const args of [{ key: "k", activationId: "act_victim" }, { key: "k", props: { activationId: "act_victim" } }])
        told.push((await bridge.call("storage.get", args, new Uint8Array(1))).error?.code ?? "ok", (await bridge.call("storage.get", args, undefined, "act_victim")).value);
      return told;`);
    // What the sandbox passes on is for the marketplace's session to judge, and always arrives at this run's own.
    expect(reply).toMatchObject({
      ok: true,
      value: ["invalid_arguments", "act_test", "invalid_arguments", "act_test"],
    });
    expect(host.heard.every(({ method }) => method === "storage.get")).toBe(true);
  });
});
