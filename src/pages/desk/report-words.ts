import type { ReportKind, ReportState } from "../../domain/release/reports.ts";
import { dictionary } from "../words/dictionary.ts";

const KINDS_EN: Record<ReportKind, string> = {
  malware: "Malware",
  privacy: "Privacy",
  impersonation: "Impersonation",
  broken: "Broken",
  license: "License",
  illegal: "Illegal",
  other: "Other",
};
const KINDS_DE: Record<ReportKind, string> = {
  malware: "Schadsoftware",
  privacy: "Datenschutz",
  impersonation: "Gibt sich als andere aus",
  broken: "Defekt",
  license: "Lizenz",
  illegal: "Rechtswidrig",
  other: "Anderes",
};
const STATES_EN: Record<ReportState, string> = {
  open: "new",
  triaged: "being looked into",
  acted: "acted on",
  dismissed: "dismissed",
};
const STATES_DE: Record<ReportState, string> = {
  open: "neu",
  triaged: "wird untersucht",
  acted: "gehandelt",
  dismissed: "abgewiesen",
};

export const REPORT_WORDS = dictionary({
  en: {
    title: "Reports and cases",
    lead: "What people tell us about plugins, and what newer rules found in published ones.",
    reports: "Reports",
    cases: "Open cases",
    noReports: "No report waits.",
    noCases: "No case is open.",
    kinds: KINDS_EN,
    states: STATES_EN,
    caseKinds: { reports: "Reports", retro_scan: "Newer rules" },
    due: "First look by",
    late: "late",
    wantsAnswer: "wants to hear the outcome",
    triage: "I look into it",
    outcome: "Outcome",
    outcomeHint: "Whoever left an address reads it.",
    acted: "We acted",
    dismissed: "Nothing to do",
    decide: "Decide",
    close: "Close the case",
    release: "Release",
    opened: "Opened",
    done: "It is written down.",
  },
  de: {
    title: "Meldungen und Fälle",
    lead: "Was Menschen uns über Plugins sagen, und was neuere Regeln in veröffentlichten fanden.",
    reports: "Meldungen",
    cases: "Offene Fälle",
    noReports: "Keine Meldung wartet.",
    noCases: "Kein Fall ist offen.",
    kinds: KINDS_DE,
    states: STATES_DE,
    caseKinds: { reports: "Meldungen", retro_scan: "Neuere Regeln" },
    due: "Erster Blick bis",
    late: "überfällig",
    wantsAnswer: "möchte den Ausgang erfahren",
    triage: "Ich sehe es mir an",
    outcome: "Ausgang",
    outcomeHint: "Wer eine Adresse hinterließ, liest ihn.",
    acted: "Wir haben gehandelt",
    dismissed: "Nichts zu tun",
    decide: "Entscheiden",
    close: "Fall schließen",
    release: "Version",
    opened: "Eröffnet",
    done: "Es ist festgehalten.",
  },
});
