import { dictionary } from "./words/dictionary.ts";

export const LOST = dictionary({
  en: {
    notFound: "Not found",
    nothingHere: "There is nothing at this address",
    nothingHint: "The page may have moved, or the plugin was never published or has been withdrawn.",
    search: "Search plugins",
    browse: "Browse all plugins",
    failure: "Something went wrong",
    failed: "Something went wrong on our side",
    failedHint: "It is not your fault, and nothing was changed. Please try again in a moment.",
    tellUs: "If it keeps happening, tell the operator this number:",
    back: "Back to the marketplace",
    code: "Refusal code",
    stable: [
      "The API answers with this code in ",
      " and ",
      " of a problem document (RFC 9457). It stays the same from version to version; the sentence may change.",
    ] as readonly [string, string, string],
    allCodes: "All refusal codes",
  },
  de: {
    notFound: "Nicht gefunden",
    nothingHere: "Unter dieser Adresse gibt es nichts",
    nothingHint:
      "Vielleicht ist die Seite umgezogen, oder das Plugin wurde nie veröffentlicht oder wieder zurückgezogen.",
    search: "Plugins suchen",
    browse: "Alle Plugins ansehen",
    failure: "Etwas ist schiefgegangen",
    failed: "Bei uns ist etwas schiefgegangen",
    failedHint: "Es liegt nicht an Ihnen, und nichts wurde verändert. Bitte versuchen Sie es gleich noch einmal.",
    tellUs: "Wenn es immer wieder geschieht, nennen Sie dem Betreiber diese Nummer:",
    back: "Zurück zum Marktplatz",
    code: "Ablehnungscode",
    stable: [
      "Die API antwortet mit diesem Code in ",
      " und ",
      " eines Problemdokuments (RFC 9457). Er bleibt von Version zu Version gleich; der Satz kann sich ändern.",
    ],
    allCodes: "Alle Ablehnungscodes",
  },
});
