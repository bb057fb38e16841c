/** Half-open, in UTF-16 units: `text.slice(from, to)`. Ascending, never overlapping. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The words of a query as the index sees them: letters and digits, without case and diacritics, in order, each once. */
export function wordsOf(text: string): readonly string[] {
  return [...new Set(foldText(text).match(WORD) ?? [])];
}

/** Where a text holds one of the words; the last of them also as the beginning of a longer word. */
export function highlight(text: string, words: readonly string[]): readonly Range[] {
  const whole = new Set(words);
  const prefix = words.at(-1) ?? "";
  const ranges: Range[] = [];
  for (const match of text.matchAll(MARKED_WORD)) {
    const word = foldText(match[0]);
    if (whole.has(word)) ranges.push({ from: match.index, to: match.index + match[0].length });
    else if (prefix !== "" && word.startsWith(prefix))
      ranges.push({ from: match.index, to: match.index + lengthOfPrefix(match[0], prefix) });
  }
  return ranges;
}

/** Cuts marked text, as the index returns it, into plain text and ranges: marks never reach a reader. */
export function readMarked(marked: string): { readonly text: string; readonly ranges: readonly Range[] } {
  const ranges: Range[] = [];
  let text = "";
  let from = -1;
  for (const unit of marked) {
    if (unit === OPEN_MARK) from = text.length;
    else if (unit === CLOSE_MARK) {
      if (from >= 0 && from < text.length) ranges.push({ from, to: text.length });
      from = -1;
    } else text += unit;
  }
  return { text, ranges };
}

/** What the index puts around a word; control characters never come from a plugin. */
export const OPEN_MARK = "\u0001";
export const CLOSE_MARK = "\u0002";

/** Letters and digits of any script, as the tokenizer of the index cuts them. */
const WORD = /[\p{L}\p{N}\p{Co}]+/gu;
const MARKED_WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu;

/** Without case and diacritics: `Über` and `uber` are one word. */
export function foldText(text: string): string {
  return text
    .toWellFormed()
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
}

/** How many units of the text spell the prefix: a letter may stand as one unit or as letter and marks. */
function lengthOfPrefix(text: string, prefix: string): number {
  let length = 0;
  for (const letter of text) {
    if (foldText(text.slice(0, length)).length >= prefix.length) break;
    length += letter.length;
  }
  // Marks belong to the letter before them.
  return length + (/^\p{M}+/u.exec(text.slice(length))?.[0].length ?? 0);
}
