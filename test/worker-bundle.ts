import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import type { Plugin } from "vitest/config";

const ROOT = path.resolve(import.meta.dirname, "..");
const FOLDER = path.join(ROOT, "dist/test");
/** Packages that worker tests and the Worker both use, so that they are loaded once. */
const PACKAGES = ["drizzle-orm/sqlite-core", "fflate", "jose", "zod"] as const;
const OLD_MS = 3_600_000;

export interface WorkerBundle {
  /** The whole Worker as one module, which workerd loads by itself. */
  readonly main: string;
  /** Makes what tests import of `src` come out of that module. */
  readonly plugin: Plugin;
}

/**
 * The marketplace Worker and every module of `src` that a worker test imports, in one file: each test file starts a workerd
 * of its own, and loading a thousand modules one by one costs it longer than its tests. The tests and the Worker share
 * the modules, as they would without it.
 */
export async function bundleWorker(): Promise<WorkerBundle> {
  const sources = await importedSources();
  const keys = [...sources, ...PACKAGES];
  const { outputFiles } = await build({
    stdin: {
      contents: [
        'export * from "./src/worker.ts";',
        'export { default } from "./src/worker.ts";',
        ...keys.map((key, at) => `import * as m${at} from ${JSON.stringify(specifierOf(key))};`),
        `export const __modules = { ${keys.map((key, at) => `${JSON.stringify(key)}: m${at}`).join(", ")} };`,
      ].join("\n"),
      resolveDir: ROOT,
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    external: ["cloudflare:*", "node:*"],
    define: { "process.env.NODE_ENV": '"test"' },
    keepNames: true,
    minifyWhitespace: true,
    write: false,
    logLevel: "error",
  });
  const contents = outputFiles[0]?.contents ?? new Uint8Array();
  const main = path.join(FOLDER, `worker-${createHash("sha256").update(contents).digest("hex").slice(0, 16)}.js`);
  if (!existsSync(main)) await place(main, contents);
  const names = await exportsOf(sources);
  for (const name of PACKAGES) names.set(name, Object.keys(await import(name)));
  return { main, plugin: fromBundle(main, names) };
}

/** Every module of `src` named by a test that runs in workerd, or by what such a test imports. */
async function importedSources(): Promise<string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(file, "utf8").catch(() => "");
    for (const [, isType, specifier] of text.matchAll(IMPORTS)) {
      if (isType || !specifier) continue;
      const target = path.resolve(path.dirname(file), specifier);
      if (!/\.tsx?$/.test(target) || target.endsWith(".d.ts")) continue;
      if (target.startsWith(path.join(ROOT, "src/"))) found.add(target);
      else await visit(target);
    }
  };
  const tests = await readdir(path.join(ROOT, "test"), { recursive: true });
  for (const name of tests) if (/\.worker\.test\.tsx?$/.test(name)) await visit(path.join(ROOT, "test", name));
  return [...found].toSorted();
}

const IMPORTS = /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?"(\.[^"]+)"/gm;

/** The names that each module exports, without its types. */
async function exportsOf(sources: readonly string[]): Promise<Map<string, readonly string[]>> {
  const { metafile } = await build({
    entryPoints: [...sources],
    outdir: FOLDER,
    outbase: ROOT,
    bundle: false,
    format: "esm",
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    write: false,
    metafile: true,
  });
  return new Map(
    Object.values(metafile.outputs).flatMap(({ entryPoint, exports }) =>
      entryPoint === undefined ? [] : [[path.resolve(entryPoint), exports] as const],
    ),
  );
}

function fromBundle(main: string, names: ReadonlyMap<string, readonly string[]>): Plugin {
  const MARK = "\0of-bundle:";
  return {
    name: "worker-bundle",
    enforce: "pre",
    resolveId(specifier, importer) {
      const key = specifier.startsWith(".") && importer ? path.resolve(path.dirname(importer), specifier) : specifier;
      return names.has(key) ? `${MARK}${key}` : null;
    },
    load(id) {
      if (!id.startsWith(MARK)) return null;
      const key = id.slice(MARK.length);
      const exported = names.get(key) ?? [];
      return [
        `import { __modules } from ${JSON.stringify(main)};`,
        `const m = __modules[${JSON.stringify(key)}];`,
        ...exported.map((name, at) => `const e${at} = m[${JSON.stringify(name)}];`),
        `export { ${exported.map((name, at) => `e${at} as ${name}`).join(", ")} };`,
      ].join("\n");
    },
  };
}

const specifierOf = (key: string) => (path.isAbsolute(key) ? `./${path.relative(ROOT, key)}` : key);

/** Written beside and renamed, since another run may be reading; what nobody runs any more goes. */
async function place(file: string, contents: Uint8Array): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  for (const name of await readdir(FOLDER)) {
    const old = path.join(FOLDER, name);
    const { mtimeMs } = await stat(old).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > OLD_MS) await rm(old, { force: true });
  }
  await writeFile(`${file}.${process.pid}`, contents);
  await rename(`${file}.${process.pid}`, file);
}
