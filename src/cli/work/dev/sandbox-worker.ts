import path from "node:path";
import { build } from "esbuild";

/** The sandbox Worker as it is deployed, from the sources beside this CLI; made once and kept. */
export function sandboxWorker(): Promise<string> {
  made ??= buildSandbox();
  return made;
}
let made: Promise<string> | undefined;

const SANDBOX = path.join(import.meta.dirname, "../../../sandbox");

async function buildSandbox(): Promise<string> {
  const prelude = await bundle("guest/prelude.ts", ["./plugin.js", "cloudflare:workers"]);
  return bundle("worker.ts", ["cloudflare:workers"], prelude);
}

/** `prelude` is what `prelude.guest.js` exports: the text of the module that runs inside every isolate. */
async function bundle(entry: string, external: readonly string[], prelude = ""): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: SANDBOX,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    external: [...external],
    logLevel: "silent",
    plugins: [
      {
        name: "guest-prelude",
        setup(one) {
          one.onResolve({ filter: /prelude\.guest\.js$/ }, () => ({ path: "prelude", namespace: "guest" }));
          one.onLoad({ filter: /./, namespace: "guest" }, () => ({ contents: prelude, loader: "text" }));
        },
      },
    ],
  });
  const [output] = outputFiles;
  if (!output) throw new Error("esbuild wrote nothing");
  return output.text;
}
