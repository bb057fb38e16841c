import { appendFile, mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { buildAll, QUIET_ENV, runTool } from "./build.ts";
import {
  type DataFolder,
  LaunchError,
  openDataFolder,
  openSecrets,
  preferredPort,
  recordGroups,
  releaseDataFolder,
} from "./data-folder.ts";
import { type Demo, seedDemo } from "./demo.ts";
import { startEmulator } from "./emulator-server.ts";
import { HostProcess } from "./host-process.ts";
import { type Incident, Watchdog, type WatchdogSettings } from "./watchdog.ts";

export interface LaunchOptions {
  /** 0 = any free port. */
  readonly port: number;
  readonly data: string;
  readonly fresh?: boolean;
  /** Publishes the examples and makes an instance with a license. */
  readonly demo?: boolean;
  /** False where `dist` is known to be fresh. */
  readonly build?: boolean;
  readonly watchdog?: WatchdogSettings;
  readonly say?: (line: string) => void;
}

export interface Launched {
  readonly url: string;
  readonly data: DataFolder;
  readonly demo: Demo | null;
  /** How often the sandbox process was replaced. */
  readonly restarts: () => number;
  /** Delivered webhooks and host data of the demo's instance. */
  readonly emulator: Awaited<ReturnType<typeof startEmulator>>;
  stop(): Promise<void>;
}

/** Build, migrate, two workerd processes, a watchdog, a demo through the front door. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const say = options.say ?? (() => {});
  if (options.port !== 0) await refuseBusyPort(options.port);
  const data = await openDataFolder(path.resolve(options.data), { fresh: options.fresh ?? false });
  const undo: (() => Promise<unknown>)[] = [() => releaseDataFolder(data.root)];
  const stop = async (): Promise<void> => {
    while (undo.length > 0) await undo.pop()?.();
  };
  try {
    const secrets = await openSecrets(data.root);
    if (options.build !== false) {
      say("Building both Workers …");
      await buildAll();
    }
    say("Applying migrations …");
    await migrate(data);
    const emulator = await startEmulator(data, preferredPort(data.root));
    undo.push(() => emulator.stop());
    const port = options.port === 0 ? await freePort() : options.port;
    const origin = `http://localhost:${port}`;
    const registry = await mkdtemp(path.join(os.tmpdir(), "rbsm-registry-"));
    undo.push(() => rm(registry, { recursive: true, force: true }));
    const config = {
      registry,
      port,
      localOrigins: [emulator.origin],
      vars: { ...secrets, PUBLIC_ORIGIN: origin, LOCAL_ORIGINS: emulator.origin },
    };
    say("Starting the marketplace and the sandbox …");
    let isStopping = false;
    undo.push(async () => {
      isStopping = true;
    });
    const marketplace = await HostProcess.start(
      "marketplace-host.ts",
      { ...config, state: data.state },
      path.join(data.logs, "marketplace.log"),
      () => {},
      () => {
        if (!isStopping) process.emitWarning("The marketplace process ended; see logs/marketplace.log.");
      },
    );
    undo.push(() => marketplace.stop());
    const report = async (why: Incident): Promise<void> => {
      const line = JSON.stringify({ at: new Date().toISOString(), why });
      await appendFile(path.join(data.logs, "incidents.jsonl"), `${line}\n`);
      await reportIncident(origin, secrets.INCIDENT_SECRET, why);
    };

    const sandboxLog = path.join(data.logs, "sandbox.log");
    const sandboxConfig = { ...config, port: 0, vars: {}, state: path.join(data.root, "sandbox-state/v3") };
    let sandbox: HostProcess | null = null;
    const watchdog = new Watchdog(
      {
        report,
        replace: async () => {
          sandbox?.kill();
          await rm(path.join(registry, "sandbox"), { force: true });
          await startSandbox();
        },
      },
      options.watchdog,
    );
    const startSandbox = async (): Promise<void> => {
      sandbox = await HostProcess.start(
        "sandbox-host.ts",
        sandboxConfig,
        sandboxLog,
        (message) => {
          if (message.kind === "workerd") watchdog.workerd(message.pid);
          if (message.kind === "ready") void watchdog.ready(message.beat);
        },
        () => {
          if (!isStopping) void startSandbox();
        },
      );
      await recordGroups(
        data.root,
        [marketplace.pid, sandbox.pid].filter((pid) => pid !== undefined),
      );
    };
    await startSandbox();
    undo.push(async () => sandbox?.stop());
    undo.push(async () => watchdog.stop());
    await answering(origin);

    const demo = options.demo === false ? null : await seedDemo({ origin, data, emulator, secrets, say });
    return { url: origin, data, demo, restarts: () => watchdog.restarts, emulator, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function migrate(data: DataFolder): Promise<void> {
  const persistTo = path.dirname(data.state);
  await runTool("wrangler", ["d1", "migrations", "apply", "DB", "--local", "--persist-to", persistTo], QUIET_ENV);
}

async function reportIncident(origin: string, secret: string, why: Incident): Promise<void> {
  await fetch(`${origin}/__incident`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ why, at: Date.now() }),
    signal: AbortSignal.timeout(2_000),
  }).then(
    (response) => response.arrayBuffer(),
    () => {},
  );
}

/** The first call after `ready` can still meet a half-connected sandbox. */
async function answering(origin: string): Promise<void> {
  const until = Date.now() + 15_000;
  while (Date.now() < until) {
    const isUp = await fetch(`${origin}/health`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new LaunchError("The marketplace started but does not answer; see logs/marketplace.log in the data folder.");
}

function refuseBusyPort(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new LaunchError(
          error.code === "EACCES"
            ? `Port ${port} needs more rights than this user has: choose another with --port.`
            : `Port ${port} is already in use: stop what runs there, or choose another with --port.`,
        ),
      );
    });
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve()));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
