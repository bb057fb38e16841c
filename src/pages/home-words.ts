import { plural } from "./format.ts";
import { dictionary } from "./words/dictionary.ts";

export const HOME = dictionary({
  en: {
    title: "Rising BSM Marketplace – plugins for your business",
    description:
      "Find plugins for Rising BSM: reminders, lead scoring, checks and dashboards. Signed twice, reviewed, and limited to what you allow.",
    claim: ["Plugins that make ", " work for you"] as readonly [string, string],
    lead: "Reminders, lead scoring, checks and dashboards for small service companies. Every release is reviewed, signed twice, and sees only what you allow.",
    question: "What should your business do better?",
    choice: (total: number) => `${plural(total, "plugin")} to choose from`,
    browse: "browse everything",
    network: "Use the network",
    kinds: "Kinds of plugins",
    featured: "Featured",
    featuredMore: "The whole collection",
    popular: "Popular plugins",
    popularMore: "All plugins",
    newest: "New in the marketplace",
    newestMore: "Newest first",
    topics: "By topic",
    collections: "Collections",
    collectionsMore: "All collections",
    empty: "The shelves are still empty",
    emptyHint:
      "As soon as the first plugin has passed review, it stands here. Publishers bring theirs with the command line tool",
    why: "Why you can let these plugins in",
    signed: "Signed twice",
    signedText:
      "The publisher signs every release, the marketplace signs again after review. Your instance checks both before anything runs.",
    granted: "Only what you grant",
    grantedText:
      "A plugin starts with nothing: no network, no customer data. You see in plain words what it asks for, and decide.",
    licenses: "Licenses that keep working",
    licensesText: "A license is a signed document that your instance verifies by itself, also while the line is down.",
  },
  de: {
    title: "Rising BSM Marketplace – Plugins für Ihren Betrieb",
    description:
      "Plugins für Rising BSM: Erinnerungen, Anfragenbewertung, Prüfungen und Übersichten. Zweifach signiert, geprüft und beschränkt auf das, was Sie erlauben.",
    claim: ["Plugins, mit denen ", " für Sie arbeitet"],
    lead: "Erinnerungen, Anfragenbewertung, Prüfungen und Übersichten für kleine Dienstleister. Jede Version ist geprüft, zweifach signiert und sieht nur, was Sie erlauben.",
    question: "Was soll in Ihrem Betrieb besser laufen?",
    choice: (total) => `${plural(total, "Plugin", "Plugins")} zur Auswahl`,
    browse: "alle ansehen",
    network: "Netzwerk benutzen",
    kinds: "Arten von Plugins",
    featured: "Empfohlen",
    featuredMore: "Die ganze Sammlung",
    popular: "Beliebte Plugins",
    popularMore: "Alle Plugins",
    newest: "Neu im Marktplatz",
    newestMore: "Neueste zuerst",
    topics: "Nach Thema",
    collections: "Sammlungen",
    collectionsMore: "Alle Sammlungen",
    empty: "Die Regale sind noch leer",
    emptyHint:
      "Sobald das erste Plugin die Prüfung bestanden hat, steht es hier. Anbieter bringen ihres mit dem Befehl",
    why: "Warum Sie diese Plugins hereinlassen können",
    signed: "Zweifach signiert",
    signedText:
      "Der Anbieter signiert jede Version, der Marktplatz nach der Prüfung noch einmal. Ihre Instanz prüft beides, bevor etwas läuft.",
    granted: "Nur was Sie erlauben",
    grantedText:
      "Ein Plugin beginnt mit nichts: kein Netzwerk, keine Kundendaten. Sie lesen in klaren Worten, worum es bittet, und entscheiden.",
    licenses: "Lizenzen, die weiterlaufen",
    licensesText:
      "Eine Lizenz ist ein signiertes Dokument, das Ihre Instanz selbst prüft – auch wenn die Leitung einmal ausfällt.",
  },
});
