import { crc32 } from "./crc32.ts";
import { inflateStrict } from "./inflate.ts";
import { LIMITS } from "./limits.ts";
import { type BundleProblem, type Held, problem } from "./problem.ts";
import { DEFLATED, type Entry } from "./records.ts";

/**
 * Step 8, before anything is inflated. The three limits end the reading here, because going on is the work that they
 * bound; the others are held back or structural.
 */
export function checkSizes(entries: readonly Entry[], held: Held): BundleProblem | null {
  let total = 0;
  let compressedTotal = 0;
  let limit: BundleProblem | null = null;
  for (const { path, method, size, compressedSize } of entries) {
    total += size;
    compressedTotal += compressedSize;
    if (method === DEFLATED) {
      if (compressedSize >= size) held.hold("deflate_not_smaller", `${size} bytes became ${compressedSize}`, { path });
    } else if (size !== compressedSize) {
      return problem("stored_size", `stored, yet ${size} and ${compressedSize} bytes`, { path });
    }
    if (size > LIMITS.maxFileBytes) {
      limit ??= problem("file_too_large", `${size} bytes, at most ${LIMITS.maxFileBytes}`, { path });
    } else if (size > LIMITS.ratioFreeBytes && size > LIMITS.maxRatio * compressedSize) {
      limit ??= problem("ratio_too_high", `${size} bytes out of ${compressedSize}`, { path });
    }
  }
  if (limit !== null) return held.first ?? limit;
  if (total > LIMITS.maxTotalBytes) {
    return held.first ?? problem("total_too_large", `${total} bytes, at most ${LIMITS.maxTotalBytes}`);
  }
  if (total > LIMITS.maxRatio * compressedTotal) {
    return held.first ?? problem("ratio_too_high", `${total} bytes out of ${compressedTotal}`);
  }
  return null;
}

/** The content of one entry, inflated and counted; `bytes` of a stored entry are a view into the bundle. */
export function readData(
  bundle: Uint8Array,
  entry: Entry,
  held: Held,
): { readonly bytes: Uint8Array } | { readonly fault: BundleProblem } {
  const { path, size, dataOffset, compressedSize } = entry;
  const raw = bundle.subarray(dataOffset, dataOffset + compressedSize);
  let bytes = raw;
  if (entry.method === DEFLATED) {
    const inflated = inflateStrict(raw, size);
    if (!inflated.ok) return { fault: problem(inflated.reason, `instead of ${size} bytes`, { path }) };
    if (inflated.held !== null) held.hold(inflated.held, "another coding of the same bytes", { path });
    bytes = inflated.bytes;
  }
  const crc = crc32(bytes);
  if (crc !== entry.crc32) return { fault: problem("crc_mismatch", `${crc}, declared ${entry.crc32}`, { path }) };
  return { bytes };
}
