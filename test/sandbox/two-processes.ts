import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { Response } from "miniflare";
import type { RunReply } from "../../src/domain/execution/job.ts";
import { HostProcess } from "../../src/local/host-process.ts";
import { ROOT } from "../../src/local/root.ts";
import { type Incident, WATCHDOG, Watchdog, type WatchdogSettings } from "../../src/local/watchdog.ts";
import { openMiniflare, type V4Worker, workerOptions } from "../../src/local/worker-options.ts";
import { TEST_SECRETS } from "../secrets.ts";
import type { DriverRun } from "./driver-run.ts";

export interface TwoProcesses {
  /** The marketplace; the driver beside it shares its process. */
  readonly marketplace: string;
  /** What the watchdog did, in order. */
  readonly incidents: readonly Incident[];
  run(run: DriverRun): Promise<RunReply>;
  /** Resident memory of the sandbox's workerd in MiB; 0 where the system does not tell. */
  sandboxMiB(): Promise<number>;
  stop(): Promise<void>;
}

const DIRECT = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };

/**
 * The two workerd processes of the launcher with its watchdog, and beside the marketplace a driver that hands modules to
 * the real runner: what the story needs minutes of publishing for, a thousand times.
 */
export async function startTwoProcesses(settings: Partial<WatchdogSettings> = {}): Promise<TwoProcesses> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rbsm-attacks-"));
  const registry = path.join(folder, "registry");
  const incidents: Incident[] = [];
  let pid: number | null = null;
  let sandbox: HostProcess | undefined;
  let isStopping = false;
  const marketplace = workerOptions("marketplace", {
    ...DIRECT,
    assets: undefined,
    bindings: TEST_SECRETS,
    outboundService: () => new Response(null, { status: 599 }),
  });
  const { compatibilityDate, r2Buckets } = marketplace as Record<string, unknown>;
  const miniflare = openMiniflare({
    unsafeDevRegistryPath: registry,
    workers: [marketplace, await driver({ compatibilityDate, r2Buckets })],
  });
  await miniflare.ready;
  const at = async (name: string): Promise<string> => (await miniflare.unsafeGetDirectURL(name)).origin;
  const [origin, driven] = await Promise.all([at("marketplace"), at("driver")]);

  async function startSandbox(): Promise<void> {
    sandbox = await HostProcess.start(
      "sandbox-host.ts",
      { registry, port: 0, vars: {}, localOrigins: [], state: path.join(folder, "state") },
      path.join(folder, "sandbox.log"),
      (message) => {
        if (message.kind === "workerd") {
          pid = message.pid;
          watchdog.workerd(message.pid);
        }
        if (message.kind === "ready") void watchdog.ready(message.beat);
      },
      () => {
        if (!isStopping) startSandbox().catch(() => watchdog.gone());
      },
    );
  }
  const watchdog = new Watchdog(
    {
      report: async (why) => {
        incidents.push(why);
        await post(`${driven}/incident`, { why, at: Date.now() });
      },
      replace: async () => {
        sandbox?.kill();
        await rm(path.join(registry, "sandbox"), { force: true });
        await startSandbox();
      },
    },
    { ...WATCHDOG, ...settings },
  );
  await startSandbox();
  return {
    marketplace: origin,
    incidents,
    run: async (run) => (await (await post(`${driven}/run`, run)).json()) as RunReply,
    sandboxMiB: () => residentMiB(pid),
    stop: async () => {
      isStopping = true;
      watchdog.stop();
      await Promise.all([sandbox?.stop(), miniflare.dispose()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function driver(options: Readonly<Record<string, unknown>>): Promise<V4Worker> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, "test/sandbox/driver.worker.ts")],
    bundle: true,
    format: "esm",
    target: "es2023",
    external: ["cloudflare:workers"],
    write: false,
  });
  return {
    name: "driver",
    modules: [{ type: "ESModule", path: "driver.js", contents: outputFiles[0]?.text ?? "" }],
    durableObjects: { STORAGE: { className: "InstallationStorage", useSQLite: true } },
    serviceBindings: { SANDBOX: { name: "sandbox", entrypoint: "SandboxRunner" } },
    ...DIRECT,
    ...options,
  } as unknown as V4Worker;
}

function post(url: string, body: unknown): Promise<globalThis.Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body) });
}

async function residentMiB(pid: number | null): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return Math.round((Number(text.split(" ")[1] ?? 0) * 4096) / 1024 ** 2);
}
