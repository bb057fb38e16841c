import { fork } from "node:child_process";
import http from "node:http";

/** One kind of request, repeated as fast as the answers come. */
export interface Load {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Makes every request another one: in `url` and `body`, `{hex}` is a number that was never sent (64 digits), `{pick}` one of
   * `count` numbers from `first` in turn, `{pick12}` the same in twelve digits.
   */
  readonly numbers?: { readonly next: number; readonly first: number; readonly count: number };
  readonly seconds: number;
  readonly concurrency: number;
}

/** Throughput in answers per second; p50 in milliseconds; everything that was not 2xx counts as an error. */
export interface Measured {
  readonly rps: number;
  readonly p50: number;
  readonly errors: number;
}

const WARM_UP_SECONDS = 0.3;

/** Runs the load in a process of its own, so that the generator and the server do not share an event loop. */
export function measure(load: Load): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.on("message", (result) => resolve(result as Measured));
    child.on("error", reject);
    child.send(load);
  });
}

async function run(load: Load): Promise<Measured> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: load.concurrency });
  const from = performance.now() + WARM_UP_SECONDS * 1000;
  const until = from + load.seconds * 1000;
  const times: number[] = [];
  let errors = 0;
  let sent = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const start = performance.now();
      if (start >= until) return;
      const status = await once(load, agent, sent++);
      if (start < from) continue;
      if (status >= 200 && status < 300) times.push(performance.now() - start);
      else errors++;
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, worker));
  agent.destroy();
  times.sort((a, b) => a - b);
  // Without one good answer there is no median, and no ratio may hold.
  if (times.length === 0) errors++;
  return { rps: times.length / load.seconds, p50: times[Math.floor(times.length / 2)] ?? Number.NaN, errors };
}

function once(load: Load, agent: http.Agent, count: number): Promise<number> {
  return new Promise((resolve) => {
    const request = http.request(
      fill(load, load.url, count),
      { agent, method: load.method ?? "GET", headers: load.headers ?? {} },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode ?? 0));
        answer.on("error", () => resolve(0));
      },
    );
    request.on("error", () => resolve(0));
    request.end(load.body === undefined ? undefined : fill(load, load.body, count));
  });
}

function fill({ numbers }: Load, text: string, count: number): string {
  if (numbers === undefined) return text;
  const pick = String(numbers.first + (count % numbers.count));
  return text
    .replaceAll("{hex}", (numbers.next + count).toString(16).padStart(64, "0"))
    .replaceAll("{pick}", pick)
    .replaceAll("{pick12}", pick.padStart(12, "0"));
}

if (process.argv[1] === import.meta.filename && process.send) {
  process.once("message", async (load: Load) => {
    process.send?.(await run(load));
    process.disconnect();
  });
}
