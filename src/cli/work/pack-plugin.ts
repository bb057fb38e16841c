import { stat } from "node:fs/promises";
import path from "node:path";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { buildPlugin, packFolder } from "./build-plugin.ts";
import { writeWhole } from "./project-files.ts";

export interface PackOptions {
  /** The folder is laid out as a bundle; otherwise it is a project and is built first. */
  readonly isBuilt?: boolean;
  /** A file, or a folder that gets `<name>-<version>.rbsm`; null writes nothing. */
  readonly out?: string | null;
}
export interface PackedPlugin {
  readonly bundle: OpenedBundle;
  readonly file: string | null;
}

/** Makes the `.rbsm` of a plugin. A file the strict reader refuses is never written. */
export async function packPlugin(folder: string, options: PackOptions = {}): Promise<Outcome<PackedPlugin>> {
  const built = await (options.isBuilt ? packFolder(folder) : buildPlugin(folder));
  if (!built.ok) return built;
  if (options.out === null) return ok({ bundle: built.value, file: null });
  const file = await locate(options.out ?? ".", built.value);
  await writeWhole(file, built.value.bytes);
  return ok({ bundle: built.value, file });
}

async function locate(out: string, { manifest }: OpenedBundle): Promise<string> {
  const target = path.resolve(out);
  const isFolder = (await stat(target).catch(() => null))?.isDirectory() === true;
  return isFolder ? path.join(target, `${manifest.name}-${manifest.version}.rbsm`) : target;
}
