import { mkdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { ROOT } from "./root.ts";

/** Loaded when a command needs them, from `node_modules`: they bring files of their own. */
const EXTERNAL = ["esbuild", "miniflare", "wrangler", "workerd", "vitest", "tuf-js"];

/** The command line in one file, since starting from five hundred modules takes most of a short command's time. */
export async function buildCli(): Promise<void> {
  const outdir = path.join(ROOT, "dist/cli");
  const fresh = `${outdir}.${process.pid}`;
  await build({
    entryPoints: [path.join(ROOT, "src/cli/main.ts")],
    outdir: fresh,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node22",
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    outExtension: { ".js": ".mjs" },
    external: EXTERNAL,
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    plugins: [ownPlaces],
  });
  await mkdir(path.dirname(outdir), { recursive: true });
  await rm(outdir, { recursive: true, force: true });
  await rename(fresh, outdir);
}

/** Modules go on finding the files that lie beside them: the bundle is for this machine only. */
const ownPlaces: Plugin = {
  name: "own-places",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/](?:cli|sdk)[\\/].*\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      if (!text.includes("import.meta.")) return null;
      const contents = text
        .replaceAll("import.meta.dirname", JSON.stringify(path.dirname(file)))
        .replaceAll("import.meta.filename", JSON.stringify(file))
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file).href));
      return { contents, loader: "ts" };
    });
  },
};
