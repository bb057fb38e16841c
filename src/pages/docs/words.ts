import { dictionary } from "../words/dictionary.ts";

/** What stands around the guides; the guides themselves are English. */
export const DOCS = dictionary({
  en: {
    title: "Documentation",
    description:
      "How to write, test, sign, publish and sell plugins for Rising BSM, and how to run an instance with them.",
    start: "Your first plugin in fifteen minutes",
    startHint: "From an empty folder to a signed release, step by step.",
    searchLabel: "Search the documentation",
    search: "Search the docs",
    allPages: "All pages",
    contents: "Documentation",
    aside: "Contents and search",
    onThisPage: "On this page",
    neighbours: "Neighbouring pages",
    previous: "Previous",
    next: "Next",
    searchTitle: "Search",
    nothing: (query: string) => `Nothing holds all of “${query}”. Try fewer words, or look through the`,
    contentsLink: "contents",
    language: "",
  },
  de: {
    title: "Dokumentation",
    description:
      "Wie man Plugins für Rising BSM schreibt, testet, signiert, veröffentlicht und verkauft, und wie man eine Instanz damit betreibt.",
    start: "Ihr erstes Plugin in fünfzehn Minuten",
    startHint: "Vom leeren Ordner zur signierten Version, Schritt für Schritt.",
    searchLabel: "Dokumentation durchsuchen",
    search: "Doku durchsuchen",
    allPages: "Alle Seiten",
    contents: "Dokumentation",
    aside: "Inhalt und Suche",
    onThisPage: "Auf dieser Seite",
    neighbours: "Benachbarte Seiten",
    previous: "Zurück",
    next: "Weiter",
    searchTitle: "Suche",
    nothing: (query) => `Nichts enthält alles von „${query}“. Versuchen Sie es mit weniger Wörtern, oder sehen Sie im`,
    contentsLink: "Inhalt nach",
    language: "Die Anleitungen sind auf Englisch.",
  },
});
