import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Job, RunReply } from "../../src/domain/execution/job.ts";
import { RunSession } from "../../src/gateway/execution/host-session.ts";
import { type Platform, runPlugin } from "../../src/sandbox/run.ts";
import { createPluginStorage, type InstallationStorage } from "../../src/storage/execution/installation-storage.ts";
import { AUTHORITY, worldOf } from "../gateway/execution/run-world.ts";
import { jobFor } from "./job.ts";

// Vite reads the folder while it builds the test; a folder that is not there is empty.
const SOURCES = import.meta.glob("../../../shared/vectors/sandbox/plugins/*.js", {
  query: "?raw",
  import: "default",
  eager: true,
}) as Record<string, string>;
const VECTORS = Object.entries(SOURCES).map(
  ([file, source]) => [/\d+-(.+)\.js$/.exec(file)?.[1] ?? file, source] as const,
);
/** These stop or starve the whole local process, which enforces no limit: attacks.alone.test.ts runs them beside a watchdog. */
const STARVING = [
  "rpc-flood",
  "infinite-loop-top-level",
  "await-loop",
  "redos",
  "native-cpu-burn",
  "memory-buffers",
  "memory-streams",
];
/** Ask for queries of their own below. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  "exotic-throws": [
    "null",
    "undefined",
    "symbol",
    "nullproto",
    "tostring",
    "toprim",
    "getters",
    "proxy",
    "revoked",
    "huge",
    "cyclic",
    "deep",
    "ansi",
    "aggregate",
    "bigint",
    "response",
    "fn",
    "stackobj",
    "domex",
    "promise",
  ].map((kind) => `?k=${kind}`),
  "odd-status": ["101", "204", "304", "418", "599", "600", "999", "100", "error", "js", "open", "ws"].map(
    (status) => `?s=${status}`,
  ),
  "prototype-override": ["?role=write", "?role=read"],
};
/** Planted where no plugin may see them: in the victim's storage, in the tests' secrets. */
const CANARIES = [
  "canary-of-the-victim",
  env.KEK_V1,
  env.LEASE_KEY_PKCS8,
  env.INCIDENT_SECRET ?? "unset",
  "canary was reached",
];

/** Calls a plain `fetch` module with the capabilities of one run as its `env`. */
const FETCH_PRELUDE = `
  import { WorkerEntrypoint } from "cloudflare:workers";
  import plugin from "./plugin.js";
  const text = JSON.stringify, make = Response;
  export default class extends WorkerEntrypoint {
    async run(about, call, bridge) {
      const unwrap = async (reply) => { const r = await reply; if (!r.ok) throw new Error(r.error.code + ": " + r.error.message); return r.value; };
      const store = {
        get: (key) => unwrap(bridge.call("storage.get", { key })),
        set: (key, value) => unwrap(bridge.call("storage.set", { key, value })),
        put: (key, value) => unwrap(bridge.call("storage.set", { key, value })),
        list: (range) => unwrap(bridge.call("storage.list", range)),
        delete: (key) => unwrap(bridge.call("storage.delete", { key })),
      };
      try {
        const response = await plugin.fetch(new Request("https://plugin.invalid/" + call.id), { BRIDGE: bridge, STORE: store }, this.ctx);
        if (!(response instanceof make)) return text({ ok: true, value: { status: 0, body: "" } });
        return text({ ok: true, value: { status: response.status, body: await response.text() } });
      } catch (error) {
        let message = "unprintable";
        try { message = String(error && error.message || error).slice(0, 300); } catch {}
        return text({ ok: false, code: "plugin_error", message });
      }
    }
  }`;

const { InstallationStorage: namespace } = exports as unknown as {
  InstallationStorage: DurableObjectNamespace<InstallationStorage>;
};
const pluginStorage = createPluginStorage(namespace);
const LIMITS = { wallMs: 4000, cpuMs: 2000, subRequests: 150, calls: 100, outputBytes: 262_144, logBytes: 16_384 };
const PLATFORM: Platform = {
  loader: env.LOADER,
  prelude: FETCH_PRELUDE,
  guestBuild: "vectors",
  deployment: "",
  egress: () => {
    throw new Error("no vector declares a host");
  },
};

async function attack(name: string, source: string, query: string, activationId = `act_${name}`): Promise<RunReply> {
  const job: Job = await jobFor(source, {
    activationId,
    plugin: name,
    granted: ["storage.read", "storage.write", "storage.delete"],
    limits: LIMITS,
  });
  const authority = { ...AUTHORITY, storageBytes: 1_048_576 };
  const world = worldOf({ pluginStorage, hostData: { call: async () => ({ ok: true as const, value: null }) } });
  const session = new RunSession(world, job, authority, Date.now() + 10_000);
  return runPlugin(PLATFORM, job, { kind: "schedule", id: query }, session, source);
}

/** What the plugin says it tried: `GOT: …` or `blocked: …`. */
function triesOf(reply: RunReply): readonly { readonly try: string; readonly out: string }[] {
  if (!reply.ok) return [];
  try {
    const { body } = reply.value as { body: string };
    return (JSON.parse(body) as { out: { try: string; out: string }[] }).out;
  } catch {
    return [];
  }
}

async function neighborAnswers(): Promise<void> {
  const module = `export default { fetch: async () => new Response(JSON.stringify({ a: 1, polluted: ({}).polluted, status: ({}).status })) };`;
  const reply = await attack("neighbor", module, "");
  expect(reply).toMatchObject({ ok: true, value: { status: 200, body: '{"a":1}' } });
}

if (VECTORS.length === 0) it("the sandbox vectors are not here", () => expect(VECTORS).toEqual([]));

describe.each(VECTORS.filter(([name]) => !STARVING.includes(name)))("the hostile plugin %s", (name, source) => {
  it("is contained: a named end, no canary, a neighbor that answers, nothing polluted", async () => {
    await pluginStorage
      .of("act_victim")
      .perform(
        { method: "storage.set", perMinute: 1000, globalPerMinute: 1000 },
        { act: "set", key: "secret", value: "canary-of-the-victim" },
        null,
      );
    for (const query of QUERIES[name] ?? [""]) {
      const reply = await attack(name, source, query);
      const said = JSON.stringify(reply);
      for (const canary of CANARIES) expect(said.includes(canary), `${name}${query}`).toBe(false);
      if (!reply.ok) {
        expect(reply.error.code, `${name}${query}`).toMatch(/^plugin_(?:error|invalid|timeout|limit|output|crashed)$/);
        expect(reply.error.message?.length ?? 0).toBeLessThanOrEqual(300);
      }
      for (const { text } of reply.report?.logs ?? []) expect(text).not.toMatch(/[\n\r]/);
      await neighborAnswers();
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, 30_000);
});

const MUST_BE_BLOCKED = [
  "fetch-internet",
  "fetch-metadata",
  "node-net",
  "dns-exfiltration",
  "redirect-follow",
  "outbound-headers",
  "import-child-process",
  "require-and-bindings",
];

describe.each(VECTORS.filter(([name]) => MUST_BE_BLOCKED.includes(name)))("every attempt of %s", (name, source) => {
  it("is blocked", async () => {
    const tries = triesOf(await attack(name, source, "?canary=9&allowed=9"));
    expect(tries.length).toBeGreaterThan(0);
    expect(tries.filter(({ out }) => out.startsWith("GOT") && !/^GOT: "?undefined"?$/.test(out))).toEqual([]);
  }, 30_000);
});

const sourceOf = (name: string) => VECTORS.find(([known]) => known === name)?.[1];
const bodyOf = (reply: RunReply) => (reply.ok ? (reply.value as { body: string }).body : reply.error.code);

it("a plugin that rewrites the language changes nothing for another plugin and for itself at another tenant", async () => {
  const source = sourceOf("prototype-override");
  if (source === undefined) return;
  const reader = (name: string, activationId: string) => attack(name, source, "?role=read", activationId);
  const clean = bodyOf(await reader("plugin-b", "act_roles_clean"));
  expect(clean).toContain('{"a":1}\nundefined\n');
  await attack("plugin-a", source, "?role=write", "act_roles_writer");
  expect(bodyOf(await reader("plugin-b", "act_roles_neighbor"))).toBe(clean);
  expect(bodyOf(await reader("plugin-a", "act_roles_tenant"))).toBe(clean);
  await neighborAnswers();
});

it("what a plugin kept of one tenant's request is nowhere in another's, and dead in its own next one", async () => {
  const source = sourceOf("cross-request-io");
  if (source === undefined) return;
  const ask = (activationId: string) => attack("keeper", source, "", activationId);
  expect(bodyOf(await ask("act_keeper_a"))).toBe("kept");
  expect(bodyOf(await ask("act_keeper_b"))).toBe("kept");
  const again = await ask("act_keeper_a");
  for (const { try: tried, out } of triesOf(again))
    if (["old body", "old fetch", "old waitUntil"].includes(tried))
      expect(out, tried).not.toMatch(/^GOT: (?!undefined)/);
});
