import { stat } from "node:fs/promises";
import path from "node:path";
import type { OpenedBundle } from "../../domain/bundle/open.ts";
import type { SizeReport } from "../../domain/release/findings/size-report.ts";
import { ok } from "../../domain/result.ts";
import type { Outcome } from "../problem.ts";
import { packFolder } from "./build-plugin.ts";
import { type Checked, checkBundle, checkProject, type Finding } from "./check/check-project.ts";
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
  /** Warnings and remarks: with an error among them nothing is packed. */
  readonly findings: readonly Finding[];
  readonly sizes: SizeReport;
}

/** Makes the `.rbsm` of a plugin. What the strict reader refuses, or what holds an error of `rbsm check`, is never written. */
export async function packPlugin(folder: string, options: PackOptions = {}): Promise<Outcome<PackedPlugin>> {
  const checked = await (options.isBuilt ? checkBuilt(folder) : checkProject(folder));
  if (!checked.ok) return checked;
  const { bundle, findings, sizes, refusal } = checked.value;
  if (refusal) return { ok: false, problem: refusal };
  if (!bundle || !sizes) throw new Error("a bundle that is neither there nor refused");
  if (options.out === null) return ok({ bundle, file: null, findings, sizes });
  const file = await locate(options.out ?? ".", bundle);
  await writeWhole(file, bundle.bytes);
  return ok({ bundle, file, findings, sizes });
}

async function checkBuilt(folder: string): Promise<Outcome<Checked>> {
  const packed = await packFolder(folder);
  return packed.ok ? ok(checkBundle(packed.value)) : packed;
}

async function locate(out: string, { manifest }: OpenedBundle): Promise<string> {
  const target = path.resolve(out);
  const isFolder = (await stat(target).catch(() => null))?.isDirectory() === true;
  return isFolder ? path.join(target, `${manifest.name}-${manifest.version}.rbsm`) : target;
}
