import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import type { HostConfig, HostMessage } from "./host-messages.ts";

type HostFile = "marketplace-host.ts" | "sandbox-host.ts";

const BOOT_LIMIT_MS = 60_000;

/** A forked Node process that holds one workerd. It is the head of its own process group, so nothing of it survives. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #onMessage: (message: HostMessage) => void;
  #stopping = false;

  constructor(file: HostFile, logFile: string, onMessage: (message: HostMessage) => void, onExit: () => void) {
    this.#onMessage = onMessage;
    const log = openSync(logFile, "a", 0o600);
    this.#child = fork(path.join(import.meta.dirname, file), [], {
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    this.#child.on("message", (message) => this.#onMessage(message as HostMessage));
    this.#child.on("exit", () => {
      if (!this.#stopping) onExit();
    });
  }

  /** Resolves with the first `ready`; rejects when the host says that it failed, or stays silent. */
  static start(
    file: HostFile,
    config: HostConfig,
    logFile: string,
    onMessage: (message: HostMessage) => void,
    onExit: () => void,
  ): Promise<HostProcess> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => fail(`${file} did not start within ${BOOT_LIMIT_MS / 1000} seconds`),
        BOOT_LIMIT_MS,
      );
      const host = new HostProcess(
        file,
        logFile,
        (message) => {
          if (message.kind === "failed") return fail(message.message);
          onMessage(message);
          if (message.kind !== "ready") return;
          clearTimeout(limit);
          resolve(host);
        },
        () => {
          fail(`${file} ended while starting`);
          onExit();
        },
      );
      function fail(message: string): void {
        clearTimeout(limit);
        host.kill();
        reject(new Error(message));
      }
      host.#child.send(config);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Disconnecting asks the host to dispose of its workerd; whatever is left after two seconds is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    if (this.#child.connected) this.#child.disconnect();
    const limit = setTimeout(() => this.kill(), 2_000);
    await gone;
    clearTimeout(limit);
  }

  kill(): void {
    this.#stopping = true;
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // already gone
    }
  }
}
