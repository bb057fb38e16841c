import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { type ConvertedContainer, convertLegacy } from "../../domain/bundle/legacy.ts";
import type { LegacyListing } from "../../domain/bundle/legacy-manifest.ts";
import { ok } from "../../domain/result.ts";
import { misuse, type Outcome } from "../problem.ts";
import { tellBundleProblems } from "./inspect-bundle.ts";
import { writeWhole } from "./project-files.ts";

export interface Converted extends ConvertedContainer {
  readonly file: string;
}

/** Makes a canonical bundle of an older host's container. The original is never written over; nobody has signed the result. */
export async function convertContainer(
  source: string,
  listing: LegacyListing,
  out: string | undefined,
): Promise<Outcome<Converted>> {
  const converted = await convertLegacy(new Uint8Array(await readFile(source)), listing);
  if (!converted.ok) return { ok: false, problem: tellBundleProblems(converted.problem) };
  const { name, version } = converted.value.bundle.manifest;
  const target = path.resolve(out ?? ".");
  const isFolder = (await stat(target).catch(() => null))?.isDirectory() === true;
  const file = isFolder ? path.join(target, `${name}-${version}.rbsm`) : target;
  if (file === path.resolve(source))
    return { ok: false, problem: misuse("file_exists", `${file} is what is converted.`, "Choose another with --out.") };
  await writeWhole(file, converted.value.bundle.bytes);
  return ok({ ...converted.value, file });
}
