import path from "node:path";
import { type Miniflare, Response as WorkerResponse } from "miniflare";
import { buildPlugin } from "../../src/cli/work/build-plugin.ts";
import type { OpenedBundle } from "../../src/domain/bundle/open.ts";
import { sha256Hex } from "../../src/domain/digest.ts";
import type { Call, CallReply, Job, RunReply } from "../../src/domain/execution/job.ts";
import { runLimits } from "../../src/domain/execution/limits.ts";
import type { Method } from "../../src/domain/execution/methods.ts";
import type { JsonObject } from "../../src/domain/json/json.ts";
import { answerEgress } from "../../src/local/egress-hosts.ts";
import { openMiniflare, workerOptions } from "../../src/local/worker-options.ts";
import { runFacts } from "../../src/sdk/testing/host/run-facts.ts";
import { createSession, type Session } from "../../src/sdk/testing/host/session.ts";
import { createEmulator, demoSeed, type Emulator } from "../../src/sdk/testing/index.ts";

/** Plays the marketplace for one run: hands the sandbox a session whose calls end in Node. */
const DRIVER = `
import { RpcTarget } from "cloudflare:workers";
class Session extends RpcTarget {
  #env;
  constructor(env) { super(); this.#env = env; }
  async call(method, args) {
    const body = JSON.stringify({ method, args });
    return (await this.#env.HOST.fetch("http://host/", { method: "POST", body })).json();
  }
}
export default {
  async fetch(request, env) {
    const { job, call, module } = await request.json();
    return Response.json(await env.SANDBOX.run(job, call, new Session(env), module));
  },
};`;

export interface Isolates {
  readonly emulator: Emulator;
  /** Runs one call of a plugin's folder with everything it declares granted. */
  run(folder: string, call: Call): Promise<RunReply>;
  stop(): Promise<void>;
}

/** The real sandbox Worker in a workerd of its own, with an emulated instance behind the bridge. */
export async function startIsolates(): Promise<Isolates> {
  const apiKey = "rk_test_isolates";
  const emulator = createEmulator({ apiKey, seed: demoSeed(Date.now()) });
  const bundles = new Map<string, OpenedBundle>();
  const sessions = new Map<string, Session>();
  let session: Session | undefined;
  const miniflare: Miniflare = openMiniflare({
    port: 0,
    workers: [
      {
        name: "driver",
        modules: [{ type: "ESModule", path: "driver.js", contents: DRIVER }],
        compatibilityDate: "2026-08-10",
        serviceBindings: {
          SANDBOX: { name: "sandbox", entrypoint: "SandboxRunner" },
          HOST: async (request: { json(): Promise<unknown> }) => {
            const { method, args } = (await request.json()) as { method: Method; args: JsonObject };
            const reply: CallReply | undefined = await session?.call(method, args);
            return WorkerResponse.json(reply);
          },
        },
      } as never,
      workerOptions("sandbox", { outboundService: answerEgress }),
    ],
  });
  const url = await miniflare.ready;

  return {
    emulator,
    stop: () => miniflare.dispose(),
    async run(folder, call) {
      const bundle = bundles.get(folder) ?? (await built(folder));
      bundles.set(folder, bundle);
      const job = await jobFor(bundle, call);
      session = sessions.get(folder) ?? sessionOf(job, emulator, apiKey);
      sessions.set(folder, session);
      session.begin();
      const module = new TextDecoder().decode(bundle.file("server/main.js") ?? new Uint8Array());
      const response = await fetch(url, { method: "POST", body: JSON.stringify({ job, call, module }) });
      session.end();
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return JSON.parse(text) as RunReply;
    },
  };
}

function sessionOf(job: Job, emulator: Emulator, apiKey: string): Session {
  return createSession({
    line: { emulator, apiKey, plugin: job.plugin, installation: job.activationId, userId: 1 },
    granted: job.granted,
    clock: { now: () => Date.now() },
  });
}

async function built(folder: string): Promise<OpenedBundle> {
  const outcome = await buildPlugin(folder);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problem));
  return outcome.value;
}

async function jobFor({ manifest, file }: OpenedBundle, call: Call): Promise<Job> {
  return {
    executionId: "exe_examples",
    activationId: `act_${path.basename(manifest.name)}`,
    plugin: manifest.name,
    version: manifest.version,
    type: manifest.type,
    moduleSha256: await sha256Hex(file("server/main.js") ?? new Uint8Array()),
    closureDigest: "c".repeat(64),
    granted: manifest.permissions.map(({ code }) => code),
    egress: manifest.egress.map(({ host, methods = ["GET", "POST"] }) => ({ host, methods: [...methods] })),
    ...runFacts(manifest, {}),
    idempotent: true,
    limits: runLimits(manifest.type, call.kind),
  };
}
