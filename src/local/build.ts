import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { buildCli } from "./build-cli.ts";
import { buildDocs } from "./docs/build-docs.ts";
import { ROOT } from "./root.ts";
import { runTool } from "./run-tool.ts";

export { runTool };

/** Everything that runs: the guest prelude, the style sheet, the documentation, both Workers as `wrangler deploy --dry-run` would upload them. */
export async function buildAll(): Promise<void> {
  await mkdir(path.join(ROOT, "dist"), { recursive: true });
  await Promise.all([buildGuest(), buildStyles(), buildBrowserModules(), buildDocs(), buildCli()]);
  await Promise.all([buildWorker("wrangler.toml", "marketplace"), buildWorker("src/sandbox/wrangler.toml", "sandbox")]);
}

/** The prelude that runs inside every isolate, as a module that exports its text. `./plugin.js` is the plugin. */
async function buildGuest(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [path.join(ROOT, "src/sandbox/guest/prelude.ts")],
    bundle: true,
    format: "esm",
    target: "es2023",
    minify: true,
    external: ["./plugin.js", "cloudflare:workers"],
    write: false,
  });
  await mkdir(path.join(ROOT, "dist/guest"), { recursive: true });
  const text = JSON.stringify(outputFiles[0]?.text);
  await writeFile(path.join(ROOT, "dist/guest/prelude.guest.js"), `export default ${text};\n`);
}

/** Every `src/pages/browser/<name>.ts` becomes the module `/assets/<name>.js`. */
async function buildBrowserModules(): Promise<void> {
  const folder = path.join(ROOT, "src/pages/browser");
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ts"));
  await build({
    entryPoints: files.map((file) => path.join(folder, file)),
    outdir: path.join(ROOT, "public/assets"),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
  });
}

async function buildStyles(): Promise<void> {
  const font = path.join(ROOT, "node_modules/@fontsource-variable/inter");
  const assets = path.join(ROOT, "public/assets");
  await mkdir(assets, { recursive: true });
  await cp(path.join(font, "files/inter-latin-wght-normal.woff2"), path.join(assets, "inter.woff2"));
  await cp(path.join(font, "LICENSE"), path.join(assets, "inter-license.txt"));
  await runTool("tailwindcss", ["-i", "src/pages/style.css", "-o", "public/assets/site.css", "--minify"]);
}

async function buildWorker(config: string, name: string): Promise<void> {
  const outdir = path.join(ROOT, "dist", name);
  const fresh = `${outdir}.${process.pid}`;
  await runTool("wrangler", ["deploy", "--dry-run", "-c", config, "--outdir", fresh], QUIET_ENV);
  await rm(outdir, { recursive: true, force: true });
  await rename(fresh, outdir);
}

/** Environment that keeps wrangler quiet and offline. */
export const QUIET_ENV = {
  CI: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

if (process.argv[1] === import.meta.filename) await buildAll();
