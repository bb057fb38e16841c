import { decodeValidUtf8, invalidUtf8At, placeOfByte, startsWithBom } from "../json/utf8.ts";
import { LIMITS } from "./limits.ts";
import { type BundleProblem, problem, type Where } from "./problem.ts";
import type { BundleReason } from "./reasons.ts";

/** Code may hold none of the characters that a reviewer cannot see; other text a few, where a language needs them. */
export type TextKind = "code" | "text";

/** One offending character: `index` counts UTF-16 units. */
export interface TextFault {
  readonly code: BundleReason;
  readonly index: number;
  readonly detail: string;
}

/** README, Unicode in text. At most 100 problems, each with line and column. */
export function checkTextBytes(path: string, bytes: Uint8Array, kind: TextKind): readonly BundleProblem[] {
  if (isPlainAscii(bytes)) return [];
  if (startsWithBom(bytes)) return [problem("text_bom", "a byte order mark", { path, line: 1, column: 1 })];
  const invalid = invalidUtf8At(bytes);
  if (invalid >= 0) return [problem("text_utf8", "not UTF-8", { path, ...placeOfByte(bytes, invalid) })];
  const text = decodeValidUtf8(bytes);
  const places = placer(text);
  return textFaults(text, kind).map(({ code, index, detail }) => problem(code, detail, { path, ...places(index) }));
}

/** The same rules for a string that is no file. */
export function checkTextString(text: string, where: Where): readonly BundleProblem[] {
  const faults = textFaults(text, "text").map(({ code, detail }) => problem(code, detail, where));
  return text.normalize("NFC") === text ? faults : [...faults, problem("text_not_nfc", "must be in NFC", where)];
}

/**
 * Every code point that some rule refuses somewhere, by reason (README, Unicode in text). Noncharacters and private use
 * are properties; everything else is a range.
 */
const REFUSED: readonly (readonly [BundleReason, readonly (readonly [number, number])[]])[] = [
  [
    "text_control",
    [
      [0x00, 0x08],
      [0x0b, 0x0c],
      [0x0e, 0x1f],
      [0x7f, 0x9f],
      [0x2028, 0x2029],
    ],
  ],
  [
    "text_bidi",
    [
      [0x061c, 0x061c],
      [0x200e, 0x200f],
      [0x202a, 0x202e],
      [0x2066, 0x2069],
    ],
  ],
  [
    "text_invisible",
    [
      [0x00ad, 0x00ad],
      [0x115f, 0x1160],
      [0x180e, 0x180e],
      [0x200b, 0x200d],
      [0x2060, 0x2064],
      [0x3164, 0x3164],
      [0xfeff, 0xfeff],
      [0xffa0, 0xffa0],
    ],
  ],
  [
    "text_variation_selector",
    [
      [0xfe00, 0xfe0f],
      [0xe0100, 0xe01ef],
    ],
  ],
  ["text_tag_character", [[0xe0000, 0xe007f]]],
];
const CANDIDATE = new RegExp(
  `[${REFUSED.flatMap(([, ranges]) => ranges.map(([from, to]) => `${escaped(from)}-${escaped(to)}`)).join("")}\\p{Co}\\p{Noncharacter_Code_Point}]`,
  "gu",
);
const EMOJI_BEFORE_SELECTOR = /[\p{Emoji}]$/u;
const EMOJI_BEFORE_JOINER = /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?$/u;
const EMOJI_AFTER_JOINER = /^\p{Extended_Pictographic}/u;
const JOINING_BEFORE =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]$/u;
const JOINING_AFTER = new RegExp(`^${JOINING_BEFORE.source.slice(0, -1)}`, "u");
const RIGHT_TO_LEFT =
  /^[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}]$/u;

export function textFaults(text: string, kind: TextKind): readonly TextFault[] {
  const faults: TextFault[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const [char] = match;
    const point = char.codePointAt(0) as number;
    const code = reasonFor(point);
    if (kind === "text" && isNeeded(point, text, match.index, char.length)) continue;
    faults.push({ code, index: match.index, detail: `U+${point.toString(16).toUpperCase().padStart(4, "0")}` });
    if (faults.length === LIMITS.maxProblems) break;
  }
  return faults;
}

function reasonFor(point: number): BundleReason {
  const row = REFUSED.find(([, ranges]) => ranges.some(([from, to]) => point >= from && point <= to));
  return row?.[0] ?? "text_private_use";
}

function escaped(point: number): string {
  return `\\u{${point.toString(16)}}`;
}

/** The exceptions of the last three rows: emoji, joining scripts, right-to-left letters. */
function isNeeded(point: number, text: string, index: number, length: number): boolean {
  const before = text.slice(Math.max(0, index - 8), index);
  const after = text.slice(index + length, index + length + 2);
  if (point === 0xfe0f) return EMOJI_BEFORE_SELECTOR.test(before);
  const joinsLetters = JOINING_BEFORE.test(before) && JOINING_AFTER.test(after);
  if (point === 0x200c) return joinsLetters;
  if (point === 0x200d) return joinsLetters || (EMOJI_BEFORE_JOINER.test(before) && EMOJI_AFTER_JOINER.test(after));
  if (point !== 0x200e && point !== 0x200f) return false;
  return RIGHT_TO_LEFT.test([...before].at(-1) ?? "") || RIGHT_TO_LEFT.test([...after][0] ?? "");
}

/** 1 = a byte that needs a closer look. */
const SUSPECT = new Uint8Array(256).fill(1, 0x7f).fill(1, 0, 0x20);
for (const char of "\t\n\r") SUSPECT[char.charCodeAt(0)] = 0;

function isPlainAscii(bytes: Uint8Array): boolean {
  let suspect = 0;
  for (let i = 0; i < bytes.length; i++) suspect |= SUSPECT[bytes[i] as number] as number;
  return suspect === 0;
}

/** Line and column of ascending indexes, in one walk. */
function placer(text: string): (index: number) => { readonly line: number; readonly column: number } {
  let at = 0;
  let line = 1;
  let column = 1;
  return (index) => {
    for (; at < index; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 0x0a) {
        line++;
        column = 1;
      } else if ((unit & 0xfc00) !== 0xdc00) column++;
    }
    return { line, column };
  };
}
