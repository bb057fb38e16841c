import { dictionary } from "../words/dictionary.ts";

/** What a plugin asks for. */
export const CONSENT_WORDS = dictionary({
  en: {
    none: "It asks for no permission: it sees none of your data.",
    required: "It cannot work without",
    optional: "It would like to have, as you choose",
    servers: "Servers it contacts",
    noServers: "None: nothing leaves your Rising BSM through it.",
    events: "It runs by itself on",
    fresh: "New",
    publisherSays: "The publisher says:",
  },
  de: {
    none: "Es verlangt keine Berechtigung: Es sieht keine Ihrer Daten.",
    required: "Ohne diese Berechtigungen funktioniert es nicht",
    optional: "Diese Berechtigungen hätte es gern; Sie entscheiden",
    servers: "Server, die es kontaktiert",
    noServers: "Keine: Über dieses Plugin verlässt nichts Ihr Rising BSM.",
    events: "Es läuft von selbst bei",
    fresh: "Neu",
    publisherSays: "Der Anbieter sagt:",
  },
});
