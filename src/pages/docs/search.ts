import type { DocPage, DocPart } from "./docs.ts";

/** One place that answers a search: a page, or a part of it. */
export interface DocHit {
  readonly page: DocPage;
  /** The part itself; the page's beginning has neither id nor heading. */
  readonly part: DocPart;
  /** Words around the first find, cut at both ends. */
  readonly snippet: readonly Piece[];
}
export interface Piece {
  readonly text: string;
  readonly isFound: boolean;
}

export const MAX_QUERY_CHARS = 100;
const MAX_WORDS = 8;
const MAX_HITS = 20;
const BEFORE = 60;
const AFTER = 140;

/** The words of a query: lower case, without punctuation at their ends, at most eight. */
export function wordsOf(query: string): readonly string[] {
  const words = query
    .slice(0, MAX_QUERY_CHARS)
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{N}@_]+|[^\p{L}\p{N}_]+$/gu, ""))
    .filter((word) => word !== "");
  return [...new Set(words)].slice(0, MAX_WORDS);
}

/**
 * The parts that hold every word of the query in page title, heading or text, the best first: a title counts more than a
 * heading, a heading more than text, a whole word more than a piece of one.
 */
export function searchDocs(pages: readonly DocPage[], query: string): readonly DocHit[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const scored: { hit: DocHit; score: number }[] = [];
  for (const page of pages)
    for (const part of page.parts) {
      const score = scoreOf(page, part, words);
      if (score > 0) scored.push({ hit: { page, part, snippet: snippetOf(part.text, words) }, score });
    }
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_HITS)
    .map(({ hit }) => hit);
}

function scoreOf(page: DocPage, part: DocPart, words: readonly string[]): number {
  const title = page.title.toLowerCase();
  const heading = part.heading.toLowerCase();
  const text = part.text.toLowerCase();
  let score = 0;
  let isOwn = part.id === "";
  for (const word of words) {
    const own = 4 * weigh(heading, word) + weigh(text, word);
    const found = 3 * weigh(title, word) + own;
    if (found === 0) return 0;
    isOwn ||= own > 0;
    score += found;
  }
  // Words of the title alone say nothing about one part of the page, except its beginning.
  return isOwn ? score : 0;
}

function weigh(text: string, word: string): number {
  const at = text.indexOf(word);
  if (at < 0) return 0;
  const isWhole = !/[\p{L}\p{N}]/u.test((text[at - 1] ?? " ") + (text[at + word.length] ?? " "));
  return isWhole ? 2 : 1;
}

function snippetOf(text: string, words: readonly string[]): readonly Piece[] {
  const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((at) => at >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const from = first <= BEFORE ? 0 : text.indexOf(" ", first - BEFORE) + 1;
  const end = from + BEFORE + AFTER >= text.length ? text.length : text.lastIndexOf(" ", from + BEFORE + AFTER);
  const cut = `${from > 0 ? "… " : ""}${text.slice(from, Math.max(end, first))}${end < text.length ? " …" : ""}`;
  return markWords(cut, words);
}

/** A text cut into what was looked for and what stands between. */
export function markWords(text: string, words: readonly string[]): readonly Piece[] {
  if (words.length === 0) return [{ text, isFound: false }];
  const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return text
    .split(new RegExp(`(${escaped.join("|")})`, "giu"))
    .map((piece, index) => ({ text: piece, isFound: index % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
