/** Bytes `offset` … `offset + length - 1`; `length` ≥ 1. */
export interface Part {
  readonly offset: number;
  readonly length: number;
}

/** A client that wants more pieces than this in one answer gets the whole. */
export const MAX_PARTS = 4;

/**
 * What a Range header means for a file of `size` bytes (RFC 9110 §14.1, §14.2): parts in the order asked for,
 * `unsatisfiable` when none of them touches the file, or null when the header is to be ignored – malformed, another unit,
 * more than four ranges, or ranges that overlap, which only serve to make an answer larger than the file.
 */
export function readRanges(header: string, size: number): readonly Part[] | "unsatisfiable" | null {
  const specs = parseRangeSet(header);
  if (specs === null || specs.length > MAX_PARTS) return null;
  const parts: Part[] = [];
  for (const { first, last } of specs) {
    if (first === null) {
      // Nothing of an empty file can be named in Content-Range, though a suffix of it exists.
      if (size === 0 && last !== 0) return null;
      const length = Math.min(last ?? 0, size);
      if (length > 0) parts.push({ offset: size - length, length });
    } else if (first < size) {
      parts.push({ offset: first, length: Math.min(last ?? size - 1, size - 1) - first + 1 });
    }
  }
  if (parts.length === 0) return "unsatisfiable";
  return overlap(parts) ? null : parts;
}

interface RangeSpec {
  /** Null: `last` is a suffix length. */
  readonly first: number | null;
  readonly last: number | null;
}

function parseRangeSet(header: string): readonly RangeSpec[] | null {
  const set = /^bytes=(.*)$/i.exec(header.trim())?.[1];
  if (set === undefined) return null;
  const specs: RangeSpec[] = [];
  const elements = set.split(",");
  for (const [index, element] of elements.entries()) {
    // Space stands around commas only; between the equals sign and the first range there is none.
    const text = index === 0 ? element.replace(/[\t ]+$/, "") : element.replaceAll(/^[\t ]+|[\t ]+$/g, "");
    if (text === "") continue;
    const [, first = "", last = ""] = /^([0-9]*)-([0-9]*)$/.exec(text) ?? [];
    if (first === "" && last === "") return null;
    if (first !== "" && last !== "" && isGreater(first, last)) return null;
    specs.push({ first: first === "" ? null : bounded(first), last: last === "" ? null : bounded(last) });
  }
  return specs.length > 0 ? specs : null;
}

/** Compares decimals of any length: numbers beyond 2^53 would look alike. */
function isGreater(a: string, b: string): boolean {
  const [one, other] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return one.length === other.length ? one > other : one.length > other.length;
}

/** No file reaches where exactness ends. */
function bounded(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}

function overlap(parts: readonly Part[]): boolean {
  const sorted = parts.toSorted((a, b) => a.offset - b.offset);
  return sorted.some((part, index) => {
    const next = sorted[index + 1];
    return next !== undefined && next.offset < part.offset + part.length;
  });
}
