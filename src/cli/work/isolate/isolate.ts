import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { Call, CallReply, Job, RunReply } from "../../../domain/execution/job.ts";
import type { Method } from "../../../domain/execution/methods.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import { sandboxWorker } from "./sandbox-worker.ts";
import { reportWorkerdPid } from "./workerd-pid.ts";

/** One workerd process in which plugins run, through the sandbox Worker that the marketplace deploys. */
export interface Isolate {
  /** Never hangs and never throws for what a plugin did: a plugin that loops costs its process, and the next call gets a new one. */
  run(job: Job, call: Call, module: string): Promise<RunReply>;
  /** How often a process had to be killed. */
  readonly restarts: number;
  close(): Promise<void>;
}
export interface IsolateWorld {
  /** One wish of the plugin, after the sandbox has tested it. */
  answer(method: Method, args: JsonObject, executionId: string): Promise<CallReply>;
  /** The network behind the declared egress hosts; without it every address answers 599. */
  network?(request: Request): Promise<Response>;
}

const COMPATIBILITY_DATE = "2026-08-10";
/** Beyond its own limit a call gets this long; then the process is hung. */
const GRACE_MS = 1_500;
/** As the launcher's sandbox process has it. */
const HEAP_FLAG = "--max-old-space-size=512";
const WISH = z.object({ executionId: z.string(), method: z.string(), args: z.record(z.string(), z.json()) });

/** The process starts with the first call. Calls of one isolate may run side by side. */
export function openIsolate(world: IsolateWorld): Isolate {
  let current: Promise<Process> | null = null;
  let restarts = 0;
  let isClosed = false;
  const burials: Promise<void>[] = [];

  /** Nobody waits for the dead; `close` does, so that nothing is left behind. */
  function kill(hung: Promise<Process>, started: Process): void {
    if (current !== hung) return;
    current = null;
    restarts++;
    burials.push(started.kill());
  }

  return {
    get restarts() {
      return restarts;
    },
    async run(job, call, module) {
      if (isClosed) throw new Error("the isolate is closed");
      current ??= startProcess(world);
      const mine = current;
      const started = await mine;
      const deadline = AbortSignal.timeout(job.limits.wallMs + GRACE_MS);
      const over = new Promise<"over">((resolve) => {
        deadline.addEventListener("abort", () => resolve("over"));
      });
      const outcome = await Promise.race([started.run(job, call, module), over]);
      if (outcome !== "over" && outcome !== "gone") return outcome;
      if (outcome === "over") kill(mine, started);
      else if (current === mine) current = null;
      return outcome === "over"
        ? failed("plugin_timeout", "The plugin did not yield in time; its process was killed")
        : failed("sandbox_crashed", "The process of the plugin ended");
    },
    async close() {
      isClosed = true;
      const last = current;
      current = null;
      if (last) await (await last).close();
      await Promise.all(burials);
    },
  };
}

function failed(code: "plugin_timeout" | "sandbox_crashed", message: string): RunReply {
  return { ok: false, error: { code, message } };
}

interface Process {
  /** `gone` when the process ended meanwhile. */
  run(job: Job, call: Call, module: string): Promise<RunReply | "gone">;
  kill(): Promise<void>;
  close(): Promise<void>;
}

let tellPid: (pid: number) => void = () => {};
let isWatched = false;
let starting: Promise<unknown> = Promise.resolve();

/** One after the other, so that every pid belongs to the process that is just starting. */
function startProcess(world: IsolateWorld): Promise<Process> {
  const next = starting.then(() => start(world));
  starting = next.catch(() => {});
  return next;
}

async function start(world: IsolateWorld): Promise<Process> {
  process.env.MINIFLARE_WORKERD_V8_FLAGS ??= HEAP_FLAG;
  if (!isWatched) reportWorkerdPid((pid) => tellPid(pid));
  isWatched = true;
  let pid: number | null = null;
  tellPid = (found) => {
    pid = found;
  };
  // Only now: it must be imported after the line above, and costs half a second that other commands save.
  const { convertV4MiniflareOptions, Miniflare } = await import("miniflare");
  const [sandbox, driver] = await Promise.all([
    sandboxWorker(),
    readFile(path.join(import.meta.dirname, "driver.mjs"), "utf8"),
  ]);
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
        modules: [{ type: "ESModule", path: "driver.mjs", contents: driver }],
        compatibilityDate: COMPATIBILITY_DATE,
        serviceBindings: {
          SANDBOX: { name: "sandbox", entrypoint: "SandboxRunner" },
          HOST: async (request: Request) => Response.json(await answerWish(world, request)),
        },
      },
      {
        name: "sandbox",
        modules: [{ type: "ESModule", path: "worker.js", contents: sandbox }],
        compatibilityDate: COMPATIBILITY_DATE,
        workerLoaders: { LOADER: {} },
        outboundService: (request: Request) => playNetwork(world, request),
      },
    ],
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions(options as unknown as Parameters<typeof convertV4MiniflareOptions>[0]),
  );
  const url = await miniflare.ready;
  return {
    async run(job, call, module) {
      try {
        const response = await fetch(url, { method: "POST", body: JSON.stringify({ job, call, module }) });
        return response.ok ? ((await response.json()) as RunReply) : "gone";
      } catch {
        return "gone";
      }
    },
    async kill() {
      if (pid !== null) process.kill(pid, "SIGKILL");
      await miniflare.dispose().catch(() => {});
    },
    close: () => miniflare.dispose(),
  };
}

async function answerWish(world: IsolateWorld, request: Request): Promise<CallReply> {
  const wish = WISH.parse(await request.json());
  return world.answer(wish.method as Method, wish.args as JsonObject, wish.executionId);
}

async function playNetwork(world: IsolateWorld, request: Request): Promise<Response> {
  if (!world.network) return new Response("no network", { status: 599 });
  return world.network(request);
}
