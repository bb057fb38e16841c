/** How a name looks at a glance (README, Names). Two names with one skeleton are the same to a hurried reader. */
export function skeletonOf(name: string): string {
  let text = name.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  text = [...text].map((char) => FOREIGN[char] ?? char).join("");
  text = text.replace(/[^\p{L}\p{N}]/gu, "");
  for (const [written, seen] of FOLDED) text = text.replaceAll(written, seen);
  return text;
}

/** Longer ones first: they hold the shorter ones. */
const FOLDED: readonly (readonly [string, string])[] = [
  ["rn", "m"],
  ["vv", "w"],
  ["cl", "d"],
  ["0", "o"],
  ["1", "l"],
  ["i", "l"],
  ["j", "l"],
  ["5", "s"],
  ["3", "e"],
  ["8", "b"],
  ["2", "z"],
];

/** Letters of other scripts that look like ours. */
const FOREIGN: Readonly<Record<string, string>> = {
  а: "a",
  в: "b",
  е: "e",
  ё: "e",
  к: "k",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  с: "c",
  т: "t",
  у: "y",
  х: "x",
  ѕ: "s",
  і: "i",
  ј: "j",
  ԁ: "d",
  ɡ: "g",
  α: "a",
  β: "b",
  ε: "e",
  ι: "i",
  κ: "k",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
  ß: "ss",
  ø: "o",
  đ: "d",
  ł: "l",
  ı: "i",
};

/** Is one skeleton a slip away from the other? One slip up to eight letters, two above. */
export function isSlipAway(a: string, b: string): boolean {
  const max = Math.max(a.length, b.length) <= 8 ? 1 : 2;
  return slips(a, b, max) <= max;
}

/** Edits – insert, drop, replace, swap neighbours – between two texts; anything above `max` may be answered as `max + 1`. */
export function slips(a: string, b: string, max: number): number {
  if (Math.abs(a.length - b.length) > max) return max + 1;
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) best = Math.min(best, (older[j - 2] ?? 0) + 1);
      row.push(best);
    }
    if (Math.min(...row) > max) return max + 1;
    older = previous;
    previous = row;
  }
  return previous[b.length] ?? max + 1;
}

/** Icons that differ in no more bits look the same. */
export const ICON_BITS = 6;

/** Bits in which two hashes of 16 hex digits differ. */
export function bitsApart(a: string, b: string): number {
  let count = 0;
  for (let i = 0; i < 16; i++) {
    let x = Number.parseInt(a[i] ?? "0", 16) ^ Number.parseInt(b[i] ?? "0", 16);
    for (; x > 0; x &= x - 1) count++;
  }
  return count;
}
