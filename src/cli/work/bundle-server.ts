import { readFile } from "node:fs/promises";
import path from "node:path";
import { build, type Plugin } from "esbuild";
import { LIMITS } from "../../domain/bundle/limits.ts";
import type { Bytes } from "../../domain/bytes.ts";
import { ok } from "../../domain/result.ts";
import type { CliProblem, Outcome } from "../problem.ts";
import { findSdk, resolveSdk, SDK_NAME } from "./sdk.ts";

/**
 * Bundles a plugin's server code into one ES module without imports. The same sources give the same bytes on every
 * machine: no time, no absolute path and no tsconfig of a parent folder enters; characters beyond ASCII become escapes.
 */
export async function bundleServer(folder: string, entry: string): Promise<Outcome<ServerModule>> {
  const result = await build({
    absWorkingDir: folder,
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    conditions: ["workerd", "worker", "import"],
    mainFields: ["module", "main"],
    charset: "ascii",
    legalComments: "eof",
    supported: { "top-level-await": false },
    tsconfigRaw: { compilerOptions: { target: "ES2023", verbatimModuleSyntax: true } },
    define: { "process.env.NODE_ENV": '"production"' },
    metafile: true,
    outdir: folder,
    // Beside the module, never in it: the module's bytes are the same with and without.
    sourcemap: "external",
    sourcesContent: false,
    logLevel: "silent",
    plugins: [ownSdk()],
  }).catch((error: unknown) => {
    if (isBuildFailure(error)) return error;
    throw error;
  });
  if (!("outputFiles" in result)) return { ok: false, problem: tellFailure(result.errors) };
  const output = result.outputFiles.find(({ path: file }) => file.endsWith(".js"));
  const map = result.outputFiles.find(({ path: file }) => file.endsWith(".map"));
  const facts = Object.entries(result.metafile.outputs).find(([file]) => file.endsWith(".js"))?.[1];
  if (!output || !facts) throw new Error("esbuild wrote nothing");
  if (facts.imports.length > 0)
    return refuseModule(`server/main.js would still import ${facts.imports.map((one) => one.path).join(", ")}.`);
  if (!facts.exports.includes("default"))
    return refuseModule(`${entry} has no default export; export what definePlugin returns.`);
  if (output.contents.length > LIMITS.maxServerBytes)
    return {
      ok: false,
      problem: {
        code: "server_too_large",
        kind: "bundle",
        message: `server/main.js would be ${output.contents.length} bytes; ${LIMITS.maxServerBytes} are allowed.`,
        next: "Use fewer or smaller packages.",
      },
    };
  return ok({ bytes: output.contents as Bytes, map: map?.text ?? "" });
}

export interface ServerModule {
  readonly bytes: Bytes;
  /** Source map, version 3; its sources are relative to the plugin's folder. */
  readonly map: string;
}

/**
 * `@rising-bsm/plugin-sdk` is always the SDK beside this CLI. Its files get a name space of their own, so that esbuild's
 * comments name them alike wherever the SDK is installed.
 */
export function ownSdk(): Plugin {
  const { folder } = findSdk();
  return {
    name: "rbsm-sdk",
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: new RegExp(`^${SDK_NAME}(/|$)`) }, ({ path: specifier }) => {
        try {
          return { path: path.relative(folder, resolveSdk(specifier)), namespace: "sdk", sideEffects: false };
        } catch {
          return { errors: [{ text: `${SDK_NAME} has no part “${specifier.slice(SDK_NAME.length + 1)}”` }] };
        }
      });
      pluginBuild.onResolve({ filter: /^\./, namespace: "sdk" }, ({ path: specifier, importer }) => ({
        path: path.join(path.dirname(importer), specifier),
        namespace: "sdk",
        sideEffects: false,
      }));
      pluginBuild.onLoad({ filter: /./, namespace: "sdk" }, async ({ path: file }) => ({
        contents: await readFile(path.join(folder, file), "utf8"),
        loader: "ts",
        resolveDir: folder,
      }));
    },
  };
}

interface BuildMessage {
  readonly text: string;
  readonly location?: { readonly file: string; readonly line: number; readonly column: number } | null;
}

export function isBuildFailure(error: unknown): error is { readonly errors: readonly BuildMessage[] } {
  return error instanceof Error && Array.isArray((error as { readonly errors?: unknown }).errors);
}

export function tellFailure(errors: readonly BuildMessage[], what = "server code"): CliProblem {
  const problems = errors.map(({ text, location }) => ({
    code: "build_failed",
    detail: text,
    ...(location ? { path: location.file, line: location.line, column: location.column + 1 } : {}),
  }));
  return {
    code: "build_failed",
    kind: "bundle",
    message: `The ${what} does not build: ${errors[0]?.text ?? "unknown reason"}.`,
    next: "Correct the source and build again.",
    problems,
  };
}

function refuseModule(message: string): Outcome<never> {
  return {
    ok: false,
    problem: {
      code: "server_not_single_module",
      kind: "bundle",
      message,
      next: "Bundle everything: a plugin runs as one module without imports.",
    },
  };
}
