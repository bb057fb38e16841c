import { readFile } from "node:fs/promises";

export interface WatchdogSettings {
  /** How often the sandbox process is asked whether it is alive. */
  readonly beatMs: number;
  /** Silence after which it counts as hung. */
  readonly hangMs: number;
  /** Resident memory after which it is killed. */
  readonly maxResidentBytes: number;
  readonly memoryPollMs: number;
  /** From a kill to the next `ready`; beyond it the whole host is replaced. */
  readonly bootMs: number;
  /** How long a kill waits for the marketplace to hear of it. */
  readonly reportMs: number;
}

export const WATCHDOG: WatchdogSettings = {
  beatMs: 200,
  hangMs: 1_500,
  maxResidentBytes: 1024 ** 3,
  memoryPollMs: 50,
  bootMs: 10_000,
  reportMs: 300,
};

export type Incident = "hang" | "memory" | "crash" | "boot_timeout" | "ready";

export interface Watched {
  /** Tells the marketplace, which names the call in flight. */
  report(why: Incident): Promise<void>;
  /** Forks a new host when killing workerd alone did not bring the sandbox back. */
  replace(): Promise<void>;
}

/**
 * Watches the sandbox process, because the local runtime enforces no CPU or memory limit and one looping plugin stops
 * its whole process. On Cloudflare the platform enforces the limits and nothing of this runs.
 */
export class Watchdog {
  readonly #settings: WatchdogSettings;
  readonly #watched: Watched;
  #pid: number | null = null;
  #beat: string | null = null;
  #state: "starting" | "ready" | "killed" | "stopped" = "starting";
  #changedAt = performance.now();
  #restarts = 0;

  constructor(watched: Watched, settings: WatchdogSettings = WATCHDOG) {
    this.#watched = watched;
    this.#settings = settings;
    void this.#watchBeat();
    void this.#watchMemory();
  }

  get restarts(): number {
    return this.#restarts;
  }

  workerd(pid: number): void {
    this.#pid = pid;
  }

  async ready(beat: string): Promise<void> {
    this.#beat = beat;
    const isRestart = this.#state !== "starting";
    this.#enter("ready");
    if (isRestart) this.#restarts++;
    await this.#watched.report("ready").catch(() => {});
  }

  /** Nothing is there and nothing is starting: a new host is forked when the boot limit has passed. */
  gone(): void {
    this.#enter("killed");
  }

  stop(): void {
    this.#state = "stopped";
  }

  async #watchBeat(): Promise<void> {
    while (this.#state !== "stopped") {
      await sleep(this.#settings.beatMs);
      if (this.#state === "ready" && this.#beat !== null && !(await this.#answers(this.#beat))) {
        if (this.#state === "ready") await this.#kill("hang");
      } else if (this.#state === "killed" && performance.now() - this.#changedAt > this.#settings.bootMs) {
        await this.#watched.report("boot_timeout").catch(() => {});
        // A host that did not start either is replaced in turn: whoever watches never gives up.
        await this.#watched.replace().catch(() => {});
        if (this.#state === "killed") this.#enter("killed");
      }
    }
  }

  /** A refused connection is a crash that Miniflare is already mending; only silence is a hang. */
  async #answers(beat: string): Promise<boolean> {
    try {
      const response = await fetch(beat, { signal: AbortSignal.timeout(this.#settings.hangMs) });
      await response.arrayBuffer();
      return true;
    } catch (error) {
      return !(error instanceof DOMException && error.name === "TimeoutError");
    }
  }

  async #watchMemory(): Promise<void> {
    while (this.#state !== "stopped") {
      await sleep(this.#settings.memoryPollMs);
      if (this.#state !== "ready" || this.#pid === null) continue;
      if ((await residentBytes(this.#pid)) > this.#settings.maxResidentBytes && this.#state === "ready")
        await this.#kill("memory");
    }
  }

  /** Of that workerd only: Miniflare starts the next one within some 200 ms. Said first, so that lost calls know why. */
  async #kill(why: Incident): Promise<void> {
    this.#enter("killed");
    const reported = this.#watched.report(why).catch(() => {});
    await Promise.race([reported, sleep(this.#settings.reportMs)]);
    if (this.#pid !== null) {
      try {
        process.kill(this.#pid, "SIGKILL");
      } catch {
        // already gone
      }
    }
    await reported;
  }

  #enter(state: "ready" | "killed"): void {
    if (this.#state === "stopped") return;
    this.#state = state;
    this.#changedAt = performance.now();
  }
}

const PAGE_BYTES = 4096;

/** 0 where the system has no /proc. */
async function residentBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
  return Number(text.split(" ")[1] ?? 0) * PAGE_BYTES;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
