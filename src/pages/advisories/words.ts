import type { Severity } from "../../domain/advisory/cvss.ts";
import { plural } from "../format.ts";
import { dictionary } from "../words/dictionary.ts";

const SEVERITIES_EN: Readonly<Record<Severity, string>> = {
  none: "none",
  low: "low",
  medium: "medium",
  high: "high",
  critical: "critical",
};
const SEVERITIES_DE: Readonly<Record<Severity, string>> = {
  none: "keine",
  low: "niedrig",
  medium: "mittel",
  high: "hoch",
  critical: "kritisch",
};

export const ADVISORIES = dictionary({
  en: {
    title: "Security advisories",
    lead: "Flaws of plugins that the people who run this marketplace have confirmed, newest first.",
    empty: "No flaw is known.",
    older: "Older advisories",
    all: "All advisories",
    severity: "Severity",
    severities: SEVERITIES_EN,
    plugin: "Plugin",
    affected: "Affected versions",
    fixed: "Fixed in",
    notFixed: "There is no fixed version yet.",
    published: "Confirmed on",
    changed: "Changed on",
    withdrawn: "Withdrawn: it turned out to be no flaw.",
    also: "Also known as",
    credits: "Found by",
    links: "More about it",
    vector: "CVSS 3.1",
    machine: "As OSV (JSON)",
    feed: "Follow as Atom feed",
    hits: (n: number) => plural(n, "version"),
  },
  de: {
    title: "Sicherheitshinweise",
    lead: "Schwachstellen von Plugins, die von den Betreibern dieses Marktplatzes bestätigt wurden, neueste zuerst.",
    empty: "Es ist keine Schwachstelle bekannt.",
    older: "Ältere Hinweise",
    all: "Alle Hinweise",
    severity: "Schweregrad",
    severities: SEVERITIES_DE,
    plugin: "Plugin",
    affected: "Betroffene Versionen",
    fixed: "Behoben in",
    notFixed: "Es gibt noch keine fehlerfreie Version.",
    published: "Bestätigt am",
    changed: "Geändert am",
    withdrawn: "Zurückgezogen: Es war keine Schwachstelle.",
    also: "Auch bekannt als",
    credits: "Gefunden von",
    links: "Mehr dazu",
    vector: "CVSS 3.1",
    machine: "Als OSV (JSON)",
    feed: "Als Atom-Feed abonnieren",
    hits: (n) => plural(n, "Version", "Versionen"),
  },
});
