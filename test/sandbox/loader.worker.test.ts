import { env, RpcTarget } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { HostSession } from "../../src/contract/sandbox.ts";
import type { CallReply, Job } from "../../src/domain/execution/job.ts";
import type { Method } from "../../src/domain/execution/methods.ts";
import type { Json } from "../../src/domain/json/json.ts";
import { loaderId } from "../../src/sandbox/identity.ts";
import { createPoisonList } from "../../src/sandbox/poison.ts";
import { type Platform, runPlugin } from "../../src/sandbox/run.ts";
import { jobFor, REQUEST_CALL } from "./job.ts";

const MODULE = "export default {};";
const STALE = "Unable to deserialize cloned data due to invalid or unsupported version.";
const EGRESS_STUB = { fetch: () => new Response() } as unknown as Fetcher;

class TellingHost extends RpcTarget implements HostSession {
  readonly heard: { method: Method; args: Json }[] = [];
  async call(method: Method, args: Json): Promise<CallReply> {
    this.heard.push({ method, args });
    return { ok: true, value: null };
  }
}

/** Writes down what it is asked for and answers as told. */
function recordingPlatform(
  answer: (id: string) => Promise<unknown> = async () => `{"ok":true,"value":1}`,
  now: () => number = () => Date.now(),
) {
  const ids: (string | null)[] = [];
  const codes: WorkerLoaderWorkerCode[] = [];
  const entries: unknown[] = [];
  const egress: unknown[] = [];
  let disposed = 0;
  const dispose = { [(Symbol as unknown as { dispose: symbol }).dispose]: () => void disposed++ };
  const loader = {
    get: (id: string | null, code: () => WorkerLoaderWorkerCode) => {
      ids.push(id);
      codes.push(code());
      return {
        ...dispose,
        getEntrypoint: (name: unknown, options: unknown) => {
          entries.push([name, options]);
          return { ...dispose, run: () => answer(String(id)) };
        },
      };
    },
  } as unknown as WorkerLoader;
  const platform: Platform = {
    loader,
    prelude: "PRELUDE",
    guestBuild: "b1",
    deployment: "d1",
    poison: createPoisonList(now),
    egress: (props) => {
      egress.push(props);
      return EGRESS_STUB;
    },
  };
  return { platform, ids, codes, entries, egress, disposed: () => disposed };
}

it("hands the loader code, limits, flags, no environment and no network", async () => {
  const { platform, ids, codes, entries, disposed } = recordingPlatform();
  const job = await jobFor(MODULE, { type: "ui" });
  await runPlugin(platform, job, REQUEST_CALL, new TellingHost(), MODULE);
  expect(ids).toEqual([await loaderId(job, "b1")]);
  expect(codes).toEqual([
    {
      compatibilityDate: "2026-08-10",
      compatibilityFlags: ["no_nodejs_compat", "no_nodejs_compat_v2"],
      mainModule: "prelude.js",
      modules: { "prelude.js": "PRELUDE", "plugin.js": MODULE },
      env: {},
      globalOutbound: null,
      limits: { cpuMs: 7500, subRequests: 1050 },
    },
  ]);
  const { cpuMs, subRequests } = job.limits;
  expect(entries).toEqual([[undefined, { limits: { cpuMs, subRequests } }]]);
  expect(disposed()).toBe(2);
});

it("gives declared hosts their gate and nothing else a network", async () => {
  const { platform, codes, egress } = recordingPlatform();
  const rules = [{ host: "api.allowed.example", methods: ["GET"] }];
  await runPlugin(platform, await jobFor(MODULE, { egress: rules }), REQUEST_CALL, new TellingHost(), MODULE);
  expect(codes[0]?.globalOutbound).toBe(EGRESS_STUB);
  expect(egress).toEqual([{ activationId: "act_test", egress: rules, perMinute: 1000 }]);
});

/** Members of a job that grant nothing by themselves: the marketplace or the sandbox tests what they say for every run. */
type Plain = "executionId" | "idempotent" | "limits" | "settings" | "license";
const PLAIN: { readonly [M in Plain]: Pick<Job, M> } = {
  executionId: { executionId: "exe_other" },
  idempotent: { idempotent: false },
  limits: { limits: { wallMs: 1, cpuMs: 1, subRequests: 1, calls: 1, outputBytes: 1, logBytes: 1 } },
  settings: { settings: { theme: "dark" } },
  license: { license: { tier: "free", status: "active", features: ["other"], limits: { users: 1 } } },
};
/** Every other one, changed: a member that a job gains one day has to be put into one of the two. */
const GRANTING: { readonly [M in Exclude<keyof Job, Plain>]: Pick<Job, M> } = {
  activationId: { activationId: "act_other" },
  plugin: { plugin: "other-plugin" },
  version: { version: "1.0.1" },
  moduleSha256: { moduleSha256: "0".repeat(64) },
  closureDigest: { closureDigest: "d".repeat(64) },
  granted: { granted: ["customers.read"] },
  egress: { egress: [{ host: "a.example", methods: ["GET"] }] },
  type: { type: "api" },
  egressPerMinute: { egressPerMinute: 1 },
  emits: { emits: ["done"] },
};

it("gives every combination of what grants authority an isolate of its own", async () => {
  const job = await jobFor(MODULE);
  const changes = Object.values(GRANTING);
  const names = new Set<string>();
  for (let chosen = 0; chosen < 2 ** changes.length; chosen++) {
    const over = changes.filter((_, at) => (chosen >> at) & 1);
    names.add(await loaderId(Object.assign({}, job, ...over), "b1"));
  }
  expect(names.size).toBe(2 ** changes.length);
  expect(names).not.toContain(await loaderId(job, "b2"));
});

it("shares an isolate across runs that differ in nothing that grants authority", async () => {
  const job = await jobFor(MODULE, { granted: ["customers.read", "storage.read"] });
  const same: Job = Object.assign({}, job, { granted: ["storage.read", "customers.read"] }, ...Object.values(PLAIN));
  expect(await loaderId(same, "b1")).toBe(await loaderId(job, "b1"));
});

it("gives a changed secret of the gate another isolate", async () => {
  const withKey = (value: string) =>
    jobFor(MODULE, {
      egress: [{ host: "a.example", methods: ["GET"], inject: [{ header: "Authorization", value }] }],
    });
  expect(await loaderId(await withKey("old"), "b1")).not.toBe(await loaderId(await withKey("new"), "b1"));
});

it("does not load code again for a while that did not start, and tries it after that", async () => {
  let now = 0;
  const { platform, ids } = recordingPlatform(
    async () => Promise.reject(new Error("Failed to start Worker:\nUncaught SyntaxError")),
    () => now,
  );
  const job = await jobFor(MODULE);
  const run = () => runPlugin(platform, job, REQUEST_CALL, new TellingHost(), MODULE);
  for (let n = 0; n < 3; n++) expect(await run()).toMatchObject({ ok: false, error: { code: "plugin_invalid" } });
  expect(ids).toHaveLength(1);
  expect(
    await runPlugin(platform, { ...job, version: "1.0.1" }, REQUEST_CALL, new TellingHost(), MODULE),
  ).toMatchObject({
    ok: false,
  });
  expect(ids).toHaveLength(2);
  now = 30_001;
  await run();
  expect(ids).toHaveLength(3);
});

it("gives an isolate that went bad another name, a few of them, and then a rest", async () => {
  let now = 0;
  const { platform, ids } = recordingPlatform(
    async () => Promise.reject(new Error("Worker exceeded memory limit.")),
    () => now,
  );
  const job = await jobFor(MODULE);
  const id = await loaderId(job, "b1");
  const run = () => runPlugin(platform, job, REQUEST_CALL, new TellingHost(), MODULE);
  for (let n = 0; n < 10; n++) expect(await run()).toMatchObject({ ok: false, error: { code: "plugin_memory" } });
  expect(ids).toEqual([id, `${id}:1`, `${id}:2`, `${id}:3`]);
  now = 30_001;
  await run();
  expect(ids.at(-1)).toBe(`${id}:4`);
});

it("takes one late answer for bad luck, and three in a row for a bad isolate", async () => {
  let isLate = true;
  const { platform, ids } = recordingPlatform(() =>
    isLate ? new Promise(() => {}) : Promise.resolve(`{"ok":true,"value":1}`),
  );
  const job = await jobFor(MODULE);
  const run = () =>
    runPlugin(platform, { ...job, limits: { ...job.limits, wallMs: 5 } }, REQUEST_CALL, new TellingHost(), MODULE);
  await run();
  await run();
  isLate = false;
  await run();
  isLate = true;
  for (let n = 0; n < 4; n++) expect(await run()).toMatchObject({ ok: false, error: { code: "plugin_timeout" } });
  const id = await loaderId(job, "b1");
  expect(ids).toEqual([...Array(6).fill(id), `${id}:1`]);
});

it("tells methods of one host from those of another", async () => {
  const rules = (a: string[], b: string[]) => [
    { host: "a.example", methods: a },
    { host: "b.example", methods: b },
  ];
  const one = await jobFor(MODULE, { egress: rules(["GET"], ["POST"]) });
  const two = await jobFor(MODULE, { egress: rules(["POST"], ["GET"]) });
  expect(await loaderId(one, "b1")).not.toBe(await loaderId(two, "b1"));
});

it("gives an isolate that did not survive a deployment one fresh one, for runs that bear a repeat", async () => {
  const stale = async (id: string) => {
    if (!id.endsWith(":d1")) throw new Error(STALE);
    return `{"ok":true,"value":2}`;
  };
  const skewing = recordingPlatform(stale);
  const job = await jobFor(MODULE, { activationId: "act_skew" });
  const id = await loaderId(job, "b1");
  expect(await runPlugin(skewing.platform, job, REQUEST_CALL, new TellingHost(), MODULE)).toMatchObject({
    ok: true,
    value: 2,
  });
  expect(skewing.ids).toEqual([id, `${id}:d1`]);
  await runPlugin(skewing.platform, job, REQUEST_CALL, new TellingHost(), MODULE);
  expect(skewing.ids.at(-1)).toBe(`${id}:d1`);

  const once = recordingPlatform(stale);
  const fragile = await jobFor(MODULE, { activationId: "act_fragile", idempotent: false });
  expect(await runPlugin(once.platform, fragile, REQUEST_CALL, new TellingHost(), MODULE)).toMatchObject({ ok: false });
  expect(once.ids).toHaveLength(1);
});

it.each([
  [
    "The Workers runtime canceled this request because it detected that your Worker's code had hung and would never generate a response.",
    "plugin_timeout",
  ],
  ["Failed to start Worker:\nUncaught SyntaxError", "plugin_invalid"],
  ["Worker exceeded CPU time limit.", "plugin_limit"],
  ["Too many subrequests.", "plugin_limit"],
  ["Worker exceeded memory limit.", "plugin_memory"],
  ["Something else", "plugin_crashed"],
])("names the runtime's own failure: %s", async (message, code) => {
  const { platform } = recordingPlatform(async () => Promise.reject(new Error(message)));
  const reply = await runPlugin(platform, await jobFor(MODULE), REQUEST_CALL, new TellingHost(), MODULE);
  expect(reply).toMatchObject({ ok: false, error: { code } });
});

/** Hands the raw stub to the plugin, as no prelude of ours ever does. */
const RAW_PRELUDE = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  import plugin from "./plugin.js";
  export default class extends WorkerEntrypoint {
    async run(about, call, bridge) {
      try { return JSON.stringify({ ok: true, value: await plugin(bridge) }); }
      catch (error) { return JSON.stringify({ ok: false, code: "plugin_error", message: String(error.message) }); }
    }
  }`;

async function playRaw(body: string, over: Partial<Job> = {}) {
  const module = `export default async (bridge) => { ${body} };`;
  const platform: Platform = {
    loader: env.LOADER,
    prelude: RAW_PRELUDE,
    guestBuild: "raw",
    deployment: "",
    egress: () => EGRESS_STUB,
  };
  const host = new TellingHost();
  const reply = await runPlugin(platform, await jobFor(module, over), REQUEST_CALL, host, module);
  return { host, reply };
}

it("shows a plugin that holds the raw stub no method but call and log", async () => {
  const { reply } = await playRaw(`
    const names = ["close", "report", "wasOverBudget", "turn", "job", "host", "calls", "#job", "_host", "env", "ctx"];
    const found = [];
    for (const name of names) {
      try { const value = await bridge[name]({}); found.push(name + "=" + JSON.stringify(value)); } catch {}
      try { const value = await bridge[name]; if (value !== undefined) found.push(name + ":" + typeof value); } catch {}
    }
    return found;`);
  expect(reply).toMatchObject({ ok: true, value: [] });
});

it("knows no method that is not in the table, however it is spelled", async () => {
  const { reply, host } = await playRaw(
    `const codes = new Set();
    for (const name of ["toString", "__proto__", "constructor", "customers.drop", "customers", "", "CUSTOMERS.LIST", 1, null, {}, ["customers.list"], { toString: "customers.list" }]) {
      const reply = await bridge.call(name, {}); codes.add(reply.error?.code ?? "worked");
    }
    return [...codes];`,
    { granted: ["customers.read"] },
  );
  expect(reply).toMatchObject({ ok: true, value: ["unknown_method"] });
  expect(host.heard).toEqual([]);
});

it("passes no stub, function or polluted object on to the marketplace", async () => {
  const { reply, host } = await playRaw(
    `const codes = [];
    const evil = [JSON.parse('{"__proto__":{"polluted":1}}'), { f: () => 1 }, new Map([["a", 1]]), { toJSON: () => ({ a: 1 }) }];
    for (const args of evil) { const reply = await bridge.call("customers.list", args).catch(() => ({ error: { code: "threw" } })); codes.push(reply.error?.code ?? "worked"); }
    return codes;`,
    { granted: ["customers.read"] },
  );
  const { value } = reply as unknown as { value: string[] };
  expect(value).not.toContain("worked");
  expect(host.heard).toEqual([]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

it("ignores log levels and lines that are not what they should be", async () => {
  const { reply } = await playRaw(`
    await bridge.log("fatal", "a"); await bridge.log({ level: 1 }, "b"); await bridge.log("info", { text: "c" }); await bridge.log("warn", "d".repeat(40000)); await bridge.log("info", "lost");
    return 1;`);
  expect(reply.report?.logs.map(({ level, text }) => [level, text.length])).toEqual([
    ["info", 1],
    ["info", 1],
    ["warn", 16_382],
  ]);
});

it("ends a run that goes on asking after a thousand refusals", async () => {
  const { reply, host } = await playRaw(
    `for (let i = 0; i < 100000; i++) await bridge.call("customers.list", {}); return "never";`,
    { limits: { ...(await jobFor("")).limits, wallMs: 20_000 } },
  );
  expect(reply).toMatchObject({ ok: false, error: { code: "plugin_limit" } });
  expect(reply.report?.denied["customers.list"]).toBeLessThan(1200);
  expect(host.heard).toEqual([]);
}, 30_000);
