import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Miniflare } from "miniflare";
import type { Call, CallReply, Job, RunReply } from "../../../domain/execution/job.ts";
import type { Method } from "../../../domain/execution/methods.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import { DRIVER } from "./driver.ts";

const DATE = "2026-08-10";
/** What a run may take beyond its wall time, which the sandbox Worker watches itself, before the process counts as hung. */
const GRACE_MS = 2_500;
/** As the marketplace's own sandbox process has it on a machine of one's own. */
const HEAP_FLAG = "--max-old-space-size=512";

/** One workerd with the real sandbox Worker in it. */
export interface Workerd {
  /** Never hangs and never throws for what a plugin did: one that loops costs its process, and the next call gets a new one. */
  run(job: Job, call: Call, module: string): Promise<RunReply>;
  /** How often a process had to be replaced. */
  readonly restarts: number;
  dispose(): Promise<void>;
}

/** What the isolate reaches outside. */
export interface Outside {
  /** A capability call, after the sandbox has tested it. */
  call(method: Method, args: JsonObject, executionId: string, bytes?: Uint8Array): Promise<CallReply>;
  /** The services behind the declared egress hosts; without it every address answers 599. */
  fetch?(request: Request): Promise<Response>;
  /** The text of the sandbox Worker; left out, the one that was built beside this module. */
  sandbox?(): Promise<string>;
}

interface Running {
  readonly miniflare: Miniflare;
  readonly url: URL;
}

/** The process starts with the first run; runs may stand side by side in it. */
export function openWorkerd(outside: Outside): Workerd {
  let current: Promise<Running> | null = null;
  let restarts = 0;
  const alive = new Set<string>();
  const burials = new Set<Promise<unknown>>();

  /** Nobody waits for the dead but `dispose`, so that nothing is left behind. */
  function bury(dead: Promise<Running>): void {
    if (current !== dead) return;
    current = null;
    restarts++;
    const burial: Promise<unknown> = dead
      .then(({ miniflare }) => miniflare.dispose())
      .catch(() => {})
      .finally(() => burials.delete(burial));
    burials.add(burial);
  }

  async function answerHost(request: Request): Promise<Response> {
    const { executionId, method, args, bytes } = (await request.json()) as {
      executionId: string;
      method: Method;
      args: JsonObject;
      bytes?: string;
    };
    // A run that was given up must not act any more.
    if (!alive.has(executionId)) return Response.json(CLOSED);
    const content = bytes === undefined ? undefined : new Uint8Array(Buffer.from(bytes, "base64"));
    const reply = await outside.call(method, args, executionId, content);
    if (!reply.ok || reply.bytes === undefined) return Response.json(reply);
    return Response.json({ ...reply, bytes: Buffer.from(reply.bytes).toString("base64") });
  }

  return {
    get restarts() {
      return restarts;
    },
    async run(job, call, module) {
      current ??= start(outside, answerHost);
      const mine = current;
      const { url } = await mine.catch((error: unknown) => {
        if (current === mine) current = null;
        throw error;
      });
      alive.add(job.executionId);
      let timer: NodeJS.Timeout | undefined;
      const hung = new Promise<"hung">((resolve) => {
        timer = setTimeout(() => resolve("hung"), job.limits.wallMs + GRACE_MS);
      });
      const outcome = await Promise.race([ask(url, { job, call, module }), hung]);
      clearTimeout(timer);
      alive.delete(job.executionId);
      if (typeof outcome === "object") return outcome;
      bury(mine);
      return outcome === "hung"
        ? broken("plugin_timeout", "The plugin stopped the sandbox; it was replaced")
        : broken("sandbox_crashed", "The process of the plugin ended");
    },
    async dispose() {
      const last = current;
      current = null;
      if (last !== null) await last.then(({ miniflare }) => miniflare.dispose()).catch(() => {});
      await Promise.all(burials);
    },
  };
}

const CLOSED = { ok: false, error: { code: "session_closed", message: "This run has ended" } };

function broken(code: "plugin_timeout" | "sandbox_crashed", message: string): RunReply {
  return { ok: false, error: { code, message } };
}

async function start(outside: Outside, answerHost: (request: Request) => Promise<Response>): Promise<Running> {
  const sandbox = await (outside.sandbox?.() ?? readFileSync(sandboxFile(), "utf8"));
  process.env.MINIFLARE_WORKERD_V8_FLAGS ??= HEAP_FLAG;
  // Only now: it reads the variable when it is imported, and takes half a second that other callers save.
  const { convertV4MiniflareOptions, Miniflare } = await import("miniflare");
  const options = {
    host: "127.0.0.1",
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    handleStructuredLogs: () => {},
    workers: [
      {
        name: "driver",
        modules: [{ type: "ESModule", path: "driver.js", contents: DRIVER }],
        compatibilityDate: DATE,
        serviceBindings: { SANDBOX: { name: "sandbox", entrypoint: "SandboxRunner" }, HOST: answerHost },
      },
      {
        name: "sandbox",
        modules: [{ type: "ESModule", path: "worker.js", contents: sandbox }],
        compatibilityDate: DATE,
        workerLoaders: { LOADER: {} },
        durableObjects: { METER: { className: "EgressMeter", useSQLite: true } },
        outboundService: async (request: Request) =>
          outside.fetch ? outside.fetch(request) : new Response("no network", { status: 599 }),
      },
    ],
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions(options as unknown as Parameters<typeof convertV4MiniflareOptions>[0]),
  );
  return { miniflare, url: await miniflare.ready };
}

/** `gone` when the process ended meanwhile. */
async function ask(url: URL, body: object): Promise<RunReply | "gone"> {
  try {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    return response.ok ? ((await response.json()) as RunReply) : "gone";
  } catch {
    return "gone";
  }
}

/** Beside this file in the package; in the repository, where the build puts it. */
function sandboxFile(): string {
  const places = ["./sandbox-worker.js", "../testing/isolate/sandbox-worker.js", "../../../../dist/sandbox/worker.js"];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((file) => existsSync(file));
  if (found === undefined) throw new Error("The sandbox Worker was not built: run npm run build");
  return found;
}
