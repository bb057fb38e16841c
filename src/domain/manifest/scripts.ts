/** Scripts in wide modern use (UAX #31, table 5) beside Common and Inherited. */
const SCRIPTS = [
  "Arabic",
  "Armenian",
  "Bengali",
  "Bopomofo",
  "Cyrillic",
  "Devanagari",
  "Ethiopic",
  "Georgian",
  "Greek",
  "Gujarati",
  "Gurmukhi",
  "Han",
  "Hangul",
  "Hebrew",
  "Hiragana",
  "Kannada",
  "Katakana",
  "Khmer",
  "Lao",
  "Latin",
  "Malayalam",
  "Myanmar",
  "Oriya",
  "Sinhala",
  "Tamil",
  "Telugu",
  "Thaana",
  "Thai",
  "Tibetan",
] as const;

/** Sets that writers of Japanese, Chinese and Korean mix with Latin. */
const MIXES: readonly (readonly string[])[] = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];

const COMMON = /^[\p{Script=Common}\p{Script=Inherited}]$/u;
const COMMON_EXTENSIONS = /^[\p{Script_Extensions=Common}\p{Script_Extensions=Inherited}]$/u;
const TESTS = SCRIPTS.map((script) => [script, new RegExp(`^\\p{Script_Extensions=${script}}$`, "u")] as const);

/** UTS 39 §5.2 "highly restrictive": one script for the whole text, or one of three mixes with Latin. */
export function isHighlyRestrictive(text: string): boolean {
  const sets: ReadonlySet<string>[] = [];
  for (const char of new Set(text)) {
    if (char <= "\x7f" ? !/[A-Za-z]/.test(char) : COMMON.test(char) && COMMON_EXTENSIONS.test(char)) continue;
    sets.push(new Set(TESTS.filter(([, test]) => test.test(char)).map(([script]) => script)));
  }
  const isCovered = (allowed: readonly string[]) => sets.every((set) => allowed.some((script) => set.has(script)));
  return SCRIPTS.some((script) => isCovered([script])) || MIXES.some(isCovered);
}
