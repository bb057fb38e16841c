import { currentLanguage, type Language } from "./language.ts";

/** The texts of one slice of pages in every language. */
export type Dictionary<W> = Readonly<Record<Language, W>>;

/** A slice's texts. The English side gives the keys: one too few or too many on another side does not compile. */
export function dictionary<W extends object>(words: { readonly en: W; readonly de: NoInfer<W> }): Dictionary<W> {
  return words;
}

/**
 * The texts in the language of the page being drawn. Called while drawing, that is inside a component; a handler, which
 * runs before, hands over `languageOf(request)`.
 */
export function wordsOf<W>(words: Dictionary<W>, language: Language = currentLanguage()): W {
  return words[language];
}
