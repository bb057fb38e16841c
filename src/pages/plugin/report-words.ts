import type { ReportKind } from "../../domain/release/reports.ts";
import { dictionary } from "../words/dictionary.ts";

type Kinds = Readonly<Record<ReportKind, string>>;

export const REPORT = dictionary({
  en: {
    title: (plugin: string) => `Report ${plugin}`,
    lead: "Tell the people who run this marketplace what is wrong. You need no account.",
    kind: "What is it about?",
    kinds: {
      malware: "It does harm: malware, stolen data",
      privacy: "It handles personal data in a way it should not",
      impersonation: "It pretends to be something or somebody else",
      broken: "It does not work",
      license: "It violates a license or a copyright",
      illegal: "Its content is illegal",
      other: "Something else",
    } as Kinds,
    text: "What did you see?",
    textHint: "What happened, where, and how somebody can see it again.",
    version: "Version (optional)",
    email: "E-mail (optional)",
    emailHint: "Only to tell you the outcome; then it is deleted.",
    send: "Send the report",
    privacy:
      "Of your network address only a fingerprint is kept, for a week, to tell one reporter from another. The publisher does not learn who reported.",
    problems: {
      kind: "Please choose what it is about.",
      text: "Please describe what you saw in 10 to 4,000 characters.",
      email: "This e-mail address is not complete.",
      quota: "That were many reports for one day. Please try again tomorrow.",
    },
    thanks: "Thank you for your report",
    next: "Somebody looks at it at the latest on",
    number: "Its number:",
    back: "Back to the plugin",
  },
  de: {
    title: (plugin) => `${plugin} melden`,
    lead: "Sagen Sie den Menschen, die diesen Marktplatz betreiben, was nicht stimmt. Sie brauchen kein Konto.",
    kind: "Worum geht es?",
    kinds: {
      malware: "Es richtet Schaden an: Schadsoftware, gestohlene Daten",
      privacy: "Es geht mit personenbezogenen Daten um, wie es nicht sollte",
      impersonation: "Es gibt sich für etwas oder jemand anderen aus",
      broken: "Es funktioniert nicht",
      license: "Es verletzt eine Lizenz oder ein Urheberrecht",
      illegal: "Sein Inhalt ist rechtswidrig",
      other: "Etwas anderes",
    },
    text: "Was haben Sie gesehen?",
    textHint: "Was geschah, wo, und wie man es noch einmal sehen kann.",
    version: "Version (freiwillig)",
    email: "E-Mail (freiwillig)",
    emailHint: "Nur um Ihnen das Ergebnis mitzuteilen; danach wird sie gelöscht.",
    send: "Meldung senden",
    privacy:
      "Von Ihrer Netzwerkadresse bleibt eine Woche lang nur ein Fingerabdruck, um Meldende auseinanderzuhalten. Der Anbieter erfährt nicht, wer gemeldet hat.",
    problems: {
      kind: "Bitte wählen Sie, worum es geht.",
      text: "Bitte beschreiben Sie in 10 bis 4.000 Zeichen, was Sie gesehen haben.",
      email: "Diese E-Mail-Adresse ist nicht vollständig.",
      quota: "Das waren viele Meldungen für einen Tag. Bitte versuchen Sie es morgen wieder.",
    },
    thanks: "Danke für Ihre Meldung",
    next: "Jemand sieht sie sich an, spätestens am",
    number: "Ihre Nummer:",
    back: "Zurück zum Plugin",
  },
});
