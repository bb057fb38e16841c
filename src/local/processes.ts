import { appendFile, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type DataFolder, recordGroups } from "./data-folder.ts";
import { HostProcess } from "./host-process.ts";
import { type Incident, Watchdog, type WatchdogSettings } from "./watchdog.ts";

export interface ProcessesOptions {
  readonly data: DataFolder;
  readonly origin: string;
  readonly port: number;
  readonly vars: Readonly<Record<string, string>>;
  readonly localOrigins: readonly string[];
  readonly incidentSecret: string;
  readonly watchdog?: WatchdogSettings | undefined;
}

export interface Processes {
  readonly restarts: () => number;
  /** Settles when the marketplace's host ended without being asked to; nothing answers from then on. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** The two workerd processes, joined by a private dev registry, and the watchdog of the second. */
export async function startProcesses(options: ProcessesOptions): Promise<Processes> {
  const { data, origin } = options;
  const registry = await mkdtemp(path.join(os.tmpdir(), "rbsm-registry-"));
  const config = { registry, vars: options.vars, localOrigins: options.localOrigins };
  const ended = Promise.withResolvers<void>();
  const running: { marketplace?: HostProcess; sandbox?: HostProcess; isStopping: boolean } = { isStopping: false };
  const record = (): Promise<void> =>
    recordGroups(
      data.root,
      [running.marketplace?.pid, running.sandbox?.pid].filter((pid) => pid !== undefined),
    );

  async function startMarketplace(): Promise<void> {
    running.marketplace = await HostProcess.start(
      "marketplace-host.ts",
      { ...config, port: options.port, state: data.state },
      path.join(data.logs, "marketplace.log"),
      () => {},
      () => {
        if (!running.isStopping) ended.resolve();
      },
    );
    await record();
  }

  async function startSandbox(): Promise<void> {
    running.sandbox = await HostProcess.start(
      "sandbox-host.ts",
      { ...config, port: 0, vars: {}, state: path.join(data.root, "sandbox-state/v3") },
      path.join(data.logs, "sandbox.log"),
      (message) => {
        if (message.kind === "workerd") watchdog.workerd(message.pid);
        if (message.kind === "ready") void watchdog.ready(message.beat);
      },
      () => {
        if (!running.isStopping) startSandbox().catch(() => watchdog.gone());
      },
    );
    await record();
  }

  const watchdog = new Watchdog(
    {
      report: async (why) => {
        await appendFile(
          path.join(data.logs, "incidents.jsonl"),
          `${JSON.stringify({ at: new Date().toISOString(), why })}\n`,
        );
        await reportIncident(origin, options.incidentSecret, why);
      },
      replace: async () => {
        running.sandbox?.kill();
        // A new instance would wait for the entry of a killed one to grow old.
        await rm(path.join(registry, "sandbox"), { force: true });
        await startSandbox();
      },
    },
    options.watchdog,
  );

  async function stop(): Promise<void> {
    running.isStopping = true;
    watchdog.stop();
    await Promise.all([running.sandbox?.stop(), running.marketplace?.stop()]);
    await rm(registry, { recursive: true, force: true });
  }

  const started = await Promise.allSettled([startMarketplace(), startSandbox()]);
  const failed = started.find((result) => result.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { restarts: () => watchdog.restarts, ended: ended.promise, stop };
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
