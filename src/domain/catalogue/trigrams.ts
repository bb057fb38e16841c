import { foldText } from "./highlight.ts";

/**
 * How alike two texts are by their letters, 0…1: shared trigrams ÷ all trigrams (Jaccard). A text is framed by two spaces before
 * and one after it, so that beginnings weigh more than endings.
 */
export function likeness(a: string, b: string): number {
  const left = trigramsOf(a);
  const right = trigramsOf(b);
  if (left.size === 0 || right.size === 0) return 0;
  let shared = 0;
  for (const trigram of left) if (right.has(trigram)) shared++;
  return shared / (left.size + right.size - shared);
}

/** The likest of a plugin's name, display name and their words: a query is compared with each alone. */
export function likenessOfNames(query: string, name: string, displayName: string): number {
  const texts = new Set([name, displayName, ...name.split("-"), ...displayName.split(/\s+/)]);
  return Math.max(0, ...[...texts].map((text) => likeness(query, text)));
}

/** Trigrams without frame, as the index holds them: what a candidate shares at least one of. At most 100. */
export function plainTrigrams(text: string): readonly string[] {
  const letters = [
    ...text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim(),
  ];
  const found = new Set<string>();
  for (let at = 0; at + 3 <= letters.length && found.size < 100; at++) found.add(letters.slice(at, at + 3).join(""));
  return [...found];
}

function trigramsOf(text: string): ReadonlySet<string> {
  const plain = foldText(text)
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  if (plain === "") return new Set();
  const letters = [...`  ${plain} `];
  return new Set(letters.slice(2).map((_, at) => letters.slice(at, at + 3).join("")));
}
