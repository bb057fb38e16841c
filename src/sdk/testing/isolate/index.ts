/** Runs a built plugin in the marketplace's real sandbox, on this machine. Needs Node and `miniflare`. */
import { sha256Hex } from "../../../domain/digest.ts";
import { ENTITY_READ } from "../../../domain/execution/events.ts";
import type { Call } from "../../../domain/execution/job.ts";
import { runLimits } from "../../../domain/execution/limits.ts";
import { PLUGIN_TYPES, type PluginType } from "../../../domain/manifest/permissions.ts";
import { createEmulator } from "../emulator/emulator.ts";
import { injectedInto, runFacts } from "../host/run-facts.ts";
import {
  checkedGrants,
  INSTALLATION,
  openSession,
  TEST_KEY,
  type TestHost,
  type TestHostOptions,
  type TestManifest,
  type TestRun,
} from "../host/test-host.ts";
import { openWorkerd } from "./workerd.ts";

/** What the isolate host reads of a manifest beyond the test host. */
export interface IsolateManifest extends Omit<TestManifest, "events" | "schedules" | "egress"> {
  readonly type: string;
  readonly events?: readonly { readonly on: string; readonly timeoutMs?: number }[];
  readonly schedules?: readonly { readonly id: string; readonly timeoutMs?: number }[];
  readonly egress: readonly { readonly host: string; readonly methods?: readonly string[] }[];
}

/** How an isolate host is made. `network` answers requests to declared hosts; all others never leave the sandbox. */
export type IsolateHostOptions = Omit<TestHostOptions, "network"> & {
  readonly network?: (request: Request) => Response | Promise<Response>;
};

/** A test host whose plugin runs in a real isolate. Dispose of it when the tests have ended. */
export interface IsolateHost extends TestHost {
  dispose(): Promise<void>;
}

/**
 * One installation of a plugin in a real isolate of workerd, with the sandbox Worker of the marketplace around it and the
 * emulated instance behind it. `module` is the text of `server/main.js`, as `rbsm build` writes it. A plugin that loops is
 * stopped with its process and named `plugin_timeout`.
 */
export function createIsolateHost(
  manifest: IsolateManifest,
  module: string | Uint8Array,
  options: IsolateHostOptions = {},
): IsolateHost {
  const granted = checkedGrants(manifest, options.granted);
  const clock = options.clock ?? { now: () => Date.now() };
  const emulator = options.emulator ?? createEmulator({ apiKey: TEST_KEY, clock });
  const text = typeof module === "string" ? module : new TextDecoder("utf-8", { fatal: true }).decode(module);
  const type: PluginType = PLUGIN_TYPES.find((known) => known === manifest.type) ?? "mixed";
  const facts = runFacts(manifest, options);
  const session = openSession(manifest, options, granted, emulator, clock);
  const network = options.network ?? (() => new Response("No such service", { status: 599 }));
  const workerd = openWorkerd({
    call: (method, args, _executionId, bytes) => session.call(method, args, bytes),
    fetch: async (request) => network(request),
  });
  let queue: Promise<unknown> = Promise.resolve();
  let runs = 0;

  async function settle(call: Call, declaredMs: number | undefined): Promise<TestRun> {
    session.begin(call.kind === "event" ? call.event.depth : 0);
    const reply = await workerd.run(
      {
        executionId: `exe_test_${++runs}`,
        activationId: INSTALLATION,
        plugin: manifest.name,
        version: manifest.version,
        type,
        moduleSha256: await sha256Hex(text),
        closureDigest: "0".repeat(64),
        granted,
        egress: manifest.egress.map(({ host, methods = ["GET", "POST"] }) => ({
          host,
          methods,
          inject: injectedInto(manifest, options, host),
        })),
        ...facts,
        idempotent: true,
        limits: runLimits(type, call.kind, declaredMs),
      },
      call,
      text,
    );
    const own = session.report();
    session.end();
    const seen = reply.report ?? { calls: {}, denied: {}, logs: [] };
    const report = { ...own, calls: seen.calls, denied: seen.denied, logs: seen.logs };
    if (reply.ok) return { ...report, outcome: "ok", value: reply.value };
    const { code, message } = reply.error;
    return { ...report, outcome: code, value: null, ...(message === undefined ? {} : { message }) };
  }

  function run(call: Call, declaredMs?: number): Promise<TestRun> {
    const next = queue.then(() => settle(call, declaredMs));
    queue = next.catch(() => {});
    return next;
  }

  return {
    emulator,
    async event(event) {
      const declared = manifest.events?.find(({ on }) => on === event.event);
      if (declared === undefined) throw new Error(`manifest.json declares no event ${event.event}`);
      if (event.entity === "plugin" || granted.includes(ENTITY_READ[event.entity]))
        return run({ kind: "event", event }, declared.timeoutMs);
      session.begin();
      return { ...session.report(), outcome: "skipped", value: null };
    },
    route({ method, path, params = {}, query = {}, headers = {}, body = null }) {
      return run({ kind: "route", request: { method, path, params, query, headers, body } });
    },
    async schedule(id) {
      const declared = manifest.schedules?.find((schedule) => schedule.id === id);
      if (declared === undefined) throw new Error(`manifest.json declares no schedule ${id}`);
      return run({ kind: "schedule", id }, declared.timeoutMs);
    },
    lifecycle: (hook) => run({ kind: "lifecycle", hook }),
    dispose: () => workerd.dispose(),
  };
}
