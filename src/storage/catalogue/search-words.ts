import { wordsOf } from "../../domain/catalogue/highlight.ts";
import { plainTrigrams } from "../../domain/catalogue/trigrams.ts";
import { quoted } from "./search-filter.ts";

/** Words of a query; what follows them would only make the expression longer. */
const MAX_WORDS = 16;

/** MATCH expressions of a text, quoted word by word; null where it holds no word. */
export function allWords(text: string): string | null {
  return joined(text, " ");
}

export function anyWord(text: string): string | null {
  return joined(text, " OR ");
}

/** Plugins that share three letters with the text; null where it is shorter. */
export function anyTrigram(text: string): string | null {
  const trigrams = plainTrigrams(text);
  return trigrams.length === 0 ? null : `{name display} : (${trigrams.map(quoted).join(" OR ")})`;
}

/** The last word is also the beginning of a longer one: people are still typing it. */
function joined(text: string, operator: string): string | null {
  const words = wordsOf(text).slice(0, MAX_WORDS);
  if (words.length === 0) return null;
  return words.map((word, at) => (at === words.length - 1 ? `${quoted(word)}*` : quoted(word))).join(operator);
}
