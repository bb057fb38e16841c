import net from "node:net";
import path from "node:path";
import { openLocalStores } from "./backup-stores.ts";
import { buildAll } from "./build.ts";
import {
  type DataFolder,
  LaunchError,
  openDataFolder,
  openSecrets,
  preferredPort,
  releaseDataFolder,
} from "./data-folder.ts";
import { type Demo, seedDemo } from "./demo.ts";
import { startEmulator } from "./emulator-server.ts";
import { instancePages } from "./instance-pages.ts";
import { openLocalKeyset } from "./license-keyset.ts";
import { setUpOperator } from "./operator.ts";
import { startProcesses } from "./processes.ts";
import { namedKeys, openLocalRoot } from "./tuf-root.ts";
import type { WatchdogSettings } from "./watchdog.ts";

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
  /** Without a demo: what the operator opens once, to make a passkey. */
  readonly setupLink: string | null;
  /** How often the sandbox process was replaced. */
  readonly restarts: () => number;
  /** Settles when the marketplace ended by itself; see logs/marketplace.log in the data folder. */
  readonly ended: Promise<void>;
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
    const keyset = await openLocalKeyset(data.root, origin, secrets.LEASE_KEY_PKCS8);
    const updates = await openLocalRoot(data.root, await namedKeys(secrets));
    say("Starting the marketplace and the sandbox …");
    const processes = await startProcesses({
      data,
      origin,
      port,
      vars: {
        ...secrets,
        ...keyset.vars,
        ...updates.vars,
        PUBLIC_ORIGIN: origin,
        ASSETS_ORIGIN: `http://127.0.0.1:${port}`,
        LOCAL_ORIGINS: emulator.origin,
      },
      localOrigins: [emulator.origin],
      incidentSecret: secrets.INCIDENT_SECRET,
      watchdog: options.watchdog,
    });
    undo.push(() => processes.stop());
    await answering(origin);

    const demo = options.demo === false ? null : await seedDemo({ origin, data, emulator, secrets, say });
    const setupLink = demo === null ? await setUpOperator(origin, data, secrets.SETUP_SECRET) : null;
    if (demo !== null) emulator.show(instancePages(origin, demo.instance));
    if (demo !== null) await keyset.publish(origin, demo.operator.token);
    if (demo !== null) await updates.publish(origin, demo.operator.token);
    return { url: origin, data, demo, setupLink, restarts: processes.restarts, ended: processes.ended, emulator, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function migrate(data: DataFolder): Promise<void> {
  const stores = await openLocalStores(data.state);
  try {
    await stores.migrate();
  } finally {
    await stores.close();
  }
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
