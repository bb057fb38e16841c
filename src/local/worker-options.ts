import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { ROOT } from "./root.ts";

type V4Options = Parameters<typeof convertV4MiniflareOptions>[0];
/** miniflare types a worker as one big union; what we hand over comes from wrangler's own reader. */
export type V4Worker = V4Options extends { workers?: infer W }
  ? W extends readonly (infer One)[]
    ? One
    : object
  : object;
export type WorkerName = "marketplace" | "sandbox";

const CONFIG: Readonly<Record<WorkerName, string>> = {
  marketplace: "wrangler.toml",
  sandbox: "src/sandbox/wrangler.toml",
};

/** Bindings from wrangler.toml, code from the dry-run build: what would be deployed is what runs here. */
export function workerOptions(name: WorkerName, extra: Readonly<Record<string, unknown>> = {}): V4Worker {
  const { modulesRules: _, ...options } = quietly(() =>
    unstable_getMiniflareWorkerOptions(path.join(ROOT, CONFIG[name])),
  ).workerOptions;
  return { ...options, rootPath: ROOT, name, modules: builtModules(name), ...extra } as V4Worker;
}

/** The modules that `wrangler deploy --dry-run` wrote, the entry first. */
export function builtModules(name: WorkerName): { type: "ESModule"; path: string; contents: string }[] {
  const dist = path.join(ROOT, "dist", name);
  const files = readdirSync(dist).filter((file) => file.endsWith(".js"));
  const entry = "worker.js";
  return [entry, ...files.filter((file) => file !== entry)].map((file) => ({
    type: "ESModule",
    path: path.join(dist, file),
    contents: readFileSync(path.join(dist, file), "utf8"),
  }));
}

/** One Miniflare is one workerd process. */
export function openMiniflare(
  options: Readonly<Record<string, unknown>> & { readonly workers: readonly V4Worker[] },
): Miniflare {
  return new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      cf: false,
      telemetry: { enabled: false },
      logRequests: false,
      ...options,
    } as V4Options),
  );
}

/** wrangler warns about secrets that the launcher hands over itself. */
function quietly<T>(work: () => T): T {
  const { log, warn, info } = console;
  const write = process.stdout.write.bind(process.stdout);
  console.log = console.warn = console.info = () => {};
  process.stdout.write = (() => true) as typeof process.stdout.write;
  try {
    return work();
  } finally {
    Object.assign(console, { log, warn, info });
    process.stdout.write = write;
  }
}
