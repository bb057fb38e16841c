import { access, readFile } from "node:fs/promises";
import path from "node:path";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { packBundle } from "../../domain/bundle/pack.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { parseJson } from "../../domain/json/strict.ts";
import { ok } from "../../domain/result.ts";
import { misuse, type Outcome } from "../problem.ts";
import { bundleServer } from "./bundle-server.ts";
import { bundleUi } from "./bundle-ui.ts";
import { tellBundleProblems } from "./inspect-bundle.ts";
import { type Files, readFolder, readOwnFile, replaceFolder } from "./project-files.ts";
import { findSdk } from "./sdk.ts";

/** Files taken from a project as they are, when they are there. */
const DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE", "NOTICE"] as const;
const FOLDERS = ["icons", "screenshots", "ui", "migrations", "locales"] as const;
/** The first of these that is there becomes `server/main.js`. */
const SERVER_ENTRIES = ["src/server.ts", "src/server.js"] as const;

/**
 * Makes the bundle of a project in memory: bundles the server code, takes the static files, completes the manifest, packs,
 * and opens the result with the strict reader. The same project gives the same bytes on every machine.
 */
export async function buildPlugin(folder: string): Promise<Outcome<OpenedBundle>> {
  return (await buildTraced(folder)).built;
}

/** A build with the way back: the source map of the server module, which exists also when the reader refuses the bundle. */
export interface TracedBuild {
  readonly built: Outcome<OpenedBundle>;
  /** Source map, version 3; null without server code, or when that does not build. */
  readonly map: string | null;
}

export async function buildTraced(folder: string): Promise<TracedBuild> {
  const root = path.resolve(folder);
  const manifest = await readManifest(root);
  if (!manifest.ok) return { built: manifest, map: null };
  const files = await collectFiles(root);
  if (!files.ok) return { built: files, map: null };
  const scripts = await bundleUi(root, files.value);
  if (!scripts.ok) return { built: scripts, map: null };
  for (const [name, bytes] of scripts.value) files.value.set(name, bytes);
  const entry = await findEntry(root);
  if (entry === null) return { built: await pack(manifest.value, files.value, undefined), map: null };
  const server = await bundleServer(root, entry);
  if (!server.ok) return { built: server, map: null };
  files.value.set("server/main.js", server.value.bytes);
  return { built: await pack(manifest.value, files.value, findSdk().version), map: server.value.map };
}

/** Writes a built plugin as the folder a bundle is made of, `<dir>/dist` for instance. */
export function writeBuilt(built: OpenedBundle, folder: string): Promise<Outcome<null>> {
  const files = built.entries.map(({ path: name }) => [name, built.file(name) ?? new Uint8Array()] as const);
  return replaceFolder(folder, new Map(files));
}

/** Packs a folder that is laid out as a bundle already, `<dir>/dist` for instance. */
export async function packFolder(folder: string): Promise<Outcome<OpenedBundle>> {
  const manifest = await readManifest(folder);
  if (!manifest.ok) return manifest;
  const files = await readFolder(path.resolve(folder));
  if (!files.ok) return files;
  files.value.delete("manifest.json");
  const { build } = manifest.value;
  const sdk = typeof build === "object" && build !== null && "sdk" in build ? build.sdk : undefined;
  return pack(manifest.value, files.value, typeof sdk === "string" ? sdk : undefined);
}

async function pack(manifest: JsonObject, files: Files, sdk: string | undefined): Promise<Outcome<OpenedBundle>> {
  const packed = await packBundle({ manifest, files, ...(sdk === undefined ? {} : { sdk }) });
  return packed.ok ? ok(packed.value) : { ok: false, problem: tellBundleProblems(packed.problem) };
}

async function readManifest(folder: string): Promise<Outcome<JsonObject>> {
  const file = path.join(folder, "manifest.json");
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (!bytes)
    return {
      ok: false,
      problem: misuse("project_missing", `There is no ${file}.`, "Name a plugin's folder, or make one with rbsm init."),
    };
  const parsed = parseJson(new Uint8Array(bytes), { maxDepth: 16, numbers: "integer" });
  if (!parsed.ok) {
    const { reason, line, column } = parsed.problem;
    return {
      ok: false,
      problem: tellBundleProblems([
        { code: reason, path: "manifest.json", line, column, detail: "is not strict JSON" },
      ]),
    };
  }
  if (typeof parsed.value === "object" && parsed.value !== null && !Array.isArray(parsed.value))
    return ok(parsed.value as JsonObject);
  return {
    ok: false,
    problem: tellBundleProblems([
      { code: "manifest_field_type", path: "manifest.json", pointer: "", detail: "must be an object" },
    ]),
  };
}

async function collectFiles(root: string): Promise<Outcome<Files>> {
  const files: Files = new Map();
  for (const name of DOCUMENTS) {
    const bytes = await readOwnFile(root, name);
    if (!bytes.ok) return bytes;
    if (bytes.value) files.set(name, bytes.value);
  }
  for (const name of FOLDERS) {
    if (!(await exists(path.join(root, name)))) continue;
    const found = await readFolder(root, name);
    if (!found.ok) return found;
    for (const [file, bytes] of found.value) files.set(file, bytes);
  }
  return ok(files);
}

async function findEntry(root: string): Promise<string | null> {
  for (const entry of SERVER_ENTRIES) if (await exists(path.join(root, entry))) return entry;
  return null;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
