import { deflateSync } from "fflate";
import { sha256Hex } from "../digest.ts";
import { canonicalBytes } from "../json/canonical.ts";
import type { JsonObject } from "../json/json.ts";
import { byText } from "../manifest/text.ts";
import { type Result, refuse } from "../result.ts";
import { pathProblem } from "./names.ts";
import { type OpenedBundle, openBundle } from "./open.ts";
import { type BundleProblem, problem } from "./problem.ts";
import { MANIFEST_PATH } from "./read-manifest.ts";
import { writeArchive } from "./write.ts";

/** Names library, version, level and memory: the same files and this text give the same bytes everywhere. */
export const ENCODER = "fflate-0.8.3/9/8";

export interface PackInput {
  /** The author's `manifest.json` as parsed; `$schema` is dropped, `build` and `files` are filled in. */
  readonly manifest: JsonObject;
  /** Everything beside the manifest, by path, taken as it is. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Version of the SDK the plugin was built with. */
  readonly sdk?: string;
}

/** README, Packing. What the reader refuses is refused here with the reader's own problems: nothing else leaves. */
export async function packBundle(input: PackInput): Promise<Result<OpenedBundle, readonly BundleProblem[]>> {
  const faults = [...input.files.keys()].flatMap((path) => pathProblem(path) ?? []);
  if (input.files.has(MANIFEST_PATH)) {
    faults.push(problem("path_duplicate", "the manifest is handed over on its own", { path: MANIFEST_PATH }));
  }
  if (faults.length > 0) return refuse(faults);
  const manifest = canonicalBytes(await completeManifest(input));
  return openBundle(writeArchive(new Map([[MANIFEST_PATH, manifest], ...input.files]), deflate));
}

/** The manifest as it will stand in the bundle. */
export async function completeManifest({ manifest, files, sdk }: PackInput): Promise<JsonObject> {
  const { $schema: _schema, ...author } = manifest;
  const list: Record<string, JsonObject> = {};
  for (const path of [...files.keys()].sort(byText)) {
    const bytes = files.get(path) as Uint8Array;
    list[path] = { sha256: await sha256Hex(bytes), size: bytes.length };
  }
  return { ...author, build: sdk === undefined ? { encoder: ENCODER } : { encoder: ENCODER, sdk }, files: list };
}

/** `mem` is explicit because fflate derives its default with a floating-point logarithm. */
export function deflate(data: Uint8Array): Uint8Array {
  return deflateSync(data, { level: 9, mem: 8 });
}
