import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { Call, CallReply, Job, RunReply } from "../../../domain/execution/job.ts";
import type { Json } from "../../../domain/json/json.ts";
import { DRIVER } from "./driver.ts";

const DATE = "2026-08-10";
/** What the sandbox Worker may take beyond the wall time of a run before it counts as hung. */
const SPARE_MS = 5_000;

/** One workerd with the real sandbox Worker in it. */
export interface Workerd {
  run(job: Job, call: Call, module: string): Promise<RunReply>;
  dispose(): Promise<void>;
}

/** What the isolate reaches outside. */
export interface Outside {
  /** A capability call. */
  call(method: string, args: Json): Promise<CallReply>;
  /** The services behind the declared egress hosts. */
  fetch(request: Request): Promise<Response>;
}

/** Starts workerd with the first run. A run that does not come back ends the process; the next one starts another. */
export function openWorkerd(outside: Outside): Workerd {
  let miniflare: Miniflare | null = null;
  let runs = 0;

  function start(): Miniflare {
    return new Miniflare(
      convertV4MiniflareOptions({
        host: "127.0.0.1",
        port: 0,
        cf: false,
        telemetry: { enabled: false },
        logRequests: false,
        workers: [
          {
            name: "driver",
            modules: [{ type: "ESModule", path: "driver.js", contents: DRIVER }],
            compatibilityDate: DATE,
            serviceBindings: {
              SANDBOX: { name: "sandbox", entrypoint: "SandboxRunner" },
              HOST: answerHost,
            },
          },
          {
            name: "sandbox",
            modules: [{ type: "ESModule", path: "worker.js", contents: readFileSync(sandboxFile(), "utf8") }],
            compatibilityDate: DATE,
            workerLoaders: { LOADER: {} },
            outboundService: outside.fetch,
          },
        ],
      } as unknown as Parameters<typeof convertV4MiniflareOptions>[0]),
    );
  }

  async function answerHost(request: Request): Promise<Response> {
    const { run, method, args } = (await request.json()) as { run: number; method: string; args: Json };
    // A run that was given up must not act any more.
    if (run !== runs)
      return Response.json({ ok: false, error: { code: "session_closed", message: "This run has ended" } });
    return Response.json(await outside.call(method, args));
  }

  async function dispose(): Promise<void> {
    const old = miniflare;
    miniflare = null;
    await old?.dispose();
  }

  return {
    dispose,
    async run(job, call, module) {
      miniflare ??= start();
      const body = JSON.stringify({ run: ++runs, job, call, module });
      const answer = miniflare
        .dispatchFetch("http://driver/", { method: "POST", body })
        .then(async (response) => (await response.json()) as RunReply)
        .catch((error: unknown): RunReply => broken("sandbox_crashed", String(error)));
      let timer: NodeJS.Timeout | undefined;
      const hung = new Promise<RunReply>((resolve) => {
        const late = () => resolve(broken("sandbox_hung", "The plugin kept the sandbox busy and was stopped"));
        timer = setTimeout(late, job.limits.wallMs + SPARE_MS);
      });
      const reply = await Promise.race([answer, hung]);
      clearTimeout(timer);
      if (!reply.ok && (reply.error.code === "sandbox_hung" || reply.error.code === "sandbox_crashed")) {
        runs++;
        await dispose();
      }
      return reply;
    },
  };
}

function broken(code: "sandbox_hung" | "sandbox_crashed", message: string): RunReply {
  return { ok: false, error: { code, message } };
}

/** Beside this file in the package; in the repository, where the build puts it. */
function sandboxFile(): string {
  const places = ["./sandbox-worker.js", "../testing/isolate/sandbox-worker.js", "../../../../dist/sandbox/worker.js"];
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((file) => existsSync(file));
  if (found === undefined) throw new Error("The sandbox Worker was not built: run npm run build");
  return found;
}
