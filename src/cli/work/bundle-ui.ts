import { build } from "esbuild";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { isBuildFailure, ownSdk, tellFailure } from "./bundle-server.ts";
import type { Files } from "./project-files.ts";
import { SDK_NAME } from "./sdk.ts";

/**
 * Scripts of `ui/` that import the SDK, each as one script without imports: a frame loads nothing from elsewhere. Every
 * other file stays as it is. The same sources give the same bytes on every machine.
 */
export async function bundleUi(folder: string, files: Files): Promise<Outcome<Files>> {
  const entries = [...files.keys()].filter((name) => /^ui\/.+\.js$/.test(name) && importsSdk(files.get(name)));
  const bundled: Files = new Map();
  if (entries.length === 0) return ok(bundled);
  const result = await build({
    absWorkingDir: folder,
    entryPoints: entries,
    bundle: true,
    write: false,
    // Runs as a module, and as a plain script where it neither exports nor waits at its top level.
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    legalComments: "eof",
    tsconfigRaw: {},
    define: { "process.env.NODE_ENV": '"production"' },
    outdir: folder,
    outbase: folder,
    logLevel: "silent",
    plugins: [ownSdk()],
  }).catch((error: unknown) => {
    if (isBuildFailure(error)) return error;
    throw error;
  });
  if (!("outputFiles" in result))
    return { ok: false, problem: tellFailure(result.errors, "code of the user interface") };
  // In the order of the entry points.
  for (const [index, name] of entries.entries()) {
    const output = result.outputFiles[index];
    if (output === undefined) throw new Error("esbuild wrote nothing");
    bundled.set(name, output.contents);
  }
  return ok(bundled);
}

function importsSdk(bytes: Uint8Array | undefined): boolean {
  return bytes !== undefined && new TextDecoder().decode(bytes).includes(`from "${SDK_NAME}/`);
}
