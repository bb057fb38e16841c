import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { ROOT } from "./root.ts";
import { runTool } from "./run-tool.ts";

const SDK = path.join(ROOT, "src/sdk");
const DEVELOPMENT = ["react", "react-dom", "miniflare"];

/** Writes the package as it is published: one self-contained module and its declarations for each address, no dependencies. */
export async function buildSdk(target = path.join(ROOT, "dist/sdk")): Promise<void> {
  const source = JSON.parse(await readFile(path.join(SDK, "package.json"), "utf8")) as SourcePackage;
  const fresh = `${target}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  const used = await buildModules(source, fresh);
  await buildTypes(source, path.join(fresh, "types"));
  await cp(path.join(ROOT, "dist/sandbox/worker.js"), path.join(fresh, "testing/isolate/sandbox-worker.js"));
  await cp(path.join(SDK, "README.md"), path.join(fresh, "README.md"));
  await cp(path.join(ROOT, "LICENSE"), path.join(fresh, "LICENSE"));
  await writeFile(path.join(fresh, "THIRD-PARTY-LICENSES"), await licensesOf(used));
  await writeFile(path.join(fresh, "package.json"), `${JSON.stringify(await packageOf(source), null, 2)}\n`);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
}

interface SourcePackage {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** Address → source file. */
  readonly exports: { readonly [address: string]: string };
}

/** `./testing/isolate` → `testing/isolate/index`. */
function outputOf(address: string): string {
  return address === "." ? "index" : `${address.slice(2)}/index`;
}

/** Answers the packages whose code went in. */
async function buildModules(source: SourcePackage, folder: string): Promise<readonly string[]> {
  const entries = Object.entries(source.exports);
  const { metafile } = await build({
    entryPoints: Object.fromEntries(entries.map(([address, file]) => [outputOf(address), path.join(SDK, file)])),
    outdir: folder,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    // One MarketplaceError for all addresses: what two of them share is shared.
    splitting: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2022",
    external: ["node:*", "cloudflare:workers", ...DEVELOPMENT],
    metafile: true,
    logLevel: "error",
  });
  const names = Object.keys(metafile.inputs).flatMap(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  );
  return [...new Set(names)].sort();
}

/** Declarations in the layout of the sources, only those an address reaches, with the names of compiled files in them. */
async function buildTypes(source: SourcePackage, folder: string): Promise<void> {
  const work = await mkdtemp(path.join(os.tmpdir(), "rbsm-sdk-types-"));
  try {
    const files = Object.values(source.exports).map((file) => path.join(SDK, file));
    await writeFile(
      path.join(work, "tsconfig.json"),
      JSON.stringify({
        extends: path.join(ROOT, "src/tsconfig.base.json"),
        compilerOptions: {
          lib: ["ES2024", "DOM", "DOM.Iterable"],
          types: ["node"],
          typeRoots: [path.join(ROOT, "node_modules/@types")],
          noEmit: false,
          declaration: true,
          emitDeclarationOnly: true,
          rootDir: path.join(ROOT, "src"),
          outDir: path.join(work, "out"),
        },
        files,
      }),
    );
    await runTool("tsc", ["-p", path.join(work, "tsconfig.json")]);
    const out = path.join(work, "out");
    const reached = new Set<string>();
    for (const file of files) await follow(path.join(out, path.relative(path.join(ROOT, "src"), file)), reached);
    for (const file of reached) await publishTypes(file, out, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Examples in comments match too: they name other endings than `.ts`. */
const SPECIFIER = /(from |import\()"([^"]+)"/g;

async function follow(file: string, reached: Set<string>): Promise<void> {
  const declaration = file.replace(/\.ts$/, ".d.ts");
  if (reached.has(declaration)) return;
  reached.add(declaration);
  const text = await readFile(declaration, "utf8");
  for (const [, , specifier = ""] of text.matchAll(SPECIFIER))
    if (/^\..*\.ts$/.test(specifier)) await follow(path.join(path.dirname(file), specifier), reached);
}

async function publishTypes(file: string, from: string, folder: string): Promise<void> {
  const place = path.relative(from, file);
  const shim = path.posix.relative(path.posix.dirname(place.split(path.sep).join("/")), "zod.js");
  const text = (await readFile(file, "utf8")).replace(SPECIFIER, (_, verb: string, specifier: string) => {
    if (specifier === "zod") return `${verb}"${shim.startsWith(".") ? shim : `./${shim}`}"`;
    return `${verb}"${specifier.startsWith(".") ? specifier.replace(/\.ts$/, ".js") : specifier}"`;
  });
  await mkdir(path.dirname(path.join(folder, place)), { recursive: true });
  await writeFile(path.join(folder, place), text);
  if (text.includes('zod.js"'))
    await cp(path.join(import.meta.dirname, "sdk-zod-shim.d.ts"), path.join(folder, "zod.d.ts"));
}

async function packageOf(source: SourcePackage): Promise<object> {
  const entries = Object.entries(source.exports).map(([address, file]) => [
    address,
    {
      types: `./types/${path.posix.join("sdk", file).replace(/\.ts$/, ".d.ts")}`,
      default: `./${outputOf(address)}.js`,
    },
  ]);
  return {
    name: source.name,
    version: source.version,
    description: source.description,
    license: source.license,
    type: "module",
    sideEffects: false,
    engines: { node: ">=20" },
    exports: { ...Object.fromEntries(entries), "./package.json": "./package.json" },
    files: ["**/*.js", "types", "README.md", "LICENSE", "THIRD-PARTY-LICENSES"],
    peerDependencies: { miniflare: "^5.0.0-0", react: ">=18" },
    peerDependenciesMeta: { miniflare: { optional: true }, react: { optional: true } },
  };
}

/** What the licenses of bundled packages ask for: their text goes along. */
async function licensesOf(names: readonly string[]): Promise<string> {
  const texts = names.map(async (name) => {
    const folder = path.join(ROOT, "node_modules", name);
    const file = (await readdir(folder)).find((entry) => /^(?:license|licence|copying)/i.test(entry));
    const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as {
      readonly version: string;
      readonly license?: string;
    };
    const text =
      file === undefined ? `License: ${license ?? "see the package"}` : await readFile(path.join(folder, file), "utf8");
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return `${(await Promise.all(texts)).join(`\n${"-".repeat(80)}\n\n`)}`;
}

if (process.argv[1] === import.meta.filename) await buildSdk();
