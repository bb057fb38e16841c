import type { OpenedBundle } from "./open.ts";
import { deflate, ENCODER } from "./pack.ts";

export const REPRODUCIBLE = ["yes", "no", "unknown"] as const;
export type Reproducible = (typeof REPRODUCIBLE)[number];

/**
 * Does packing the files again with the encoder the manifest names give these bytes (README, Packing)? The layout has one
 * legal form, so only the data of each entry is made anew and compared, one at a time. `unknown`: an encoder we do not have.
 */
export function judgeReproducible({ bytes, manifest, entries, file }: OpenedBundle): Reproducible {
  if (manifest.build.encoder !== ENCODER) return "unknown";
  const isSame = entries.every((entry) => {
    const content = file(entry.path);
    if (content === null) return false;
    const deflated = content.length === 0 ? content : deflate(content);
    if (entry.method === "stored") return deflated.length >= content.length;
    return isEqual(deflated, bytes.subarray(entry.offset, entry.offset + entry.compressedSize));
  });
  return isSame ? "yes" : "no";
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
