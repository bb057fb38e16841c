import { paths } from "../contract/paths.ts";
import { Shell } from "./shell.tsx";

interface LegalText {
  readonly title: string;
  readonly lang: "de";
  readonly path: string;
  readonly paragraphs: readonly string[];
}

/** The pages an operator in Austria or Germany must fill. Until then they say so, and say what is true of the software. */
export const LEGAL = {
  imprint: {
    path: paths.imprint(),
    title: "Impressum",
    lang: "de",
    paragraphs: [
      "Dieser Marktplatz wird von der Organisation betrieben, unter deren Adresse Sie ihn aufgerufen haben. Sie hat ihre Anbieterkennzeichnung hier noch nicht hinterlegt.",
      "Hier müssen stehen: Name oder Firma, Anschrift, E-Mail-Adresse und Telefonnummer, Firmenbuch- oder Handelsregisternummer, Umsatzsteuer-Identifikationsnummer und, wo es sie gibt, die Aufsichtsbehörde.",
    ],
  },
  privacy: {
    path: paths.privacy(),
    title: "Datenschutz",
    lang: "de",
    paragraphs: [
      "Der Betreiber hat seine Datenschutzerklärung hier noch nicht hinterlegt. Er muss sie ergänzen, bevor dieser Marktplatz öffentlich angeboten wird.",
      "Was die Software selbst tut: Die Seiten dieses Katalogs setzen keine Cookies – außer wenn Sie unten eine Sprache wählen: Dann merkt sich Ihr Browser diese Wahl ein Jahr lang, sonst nichts –, führen kein JavaScript aus und laden nichts von fremden Servern. Nur wer sich anmeldet, bekommt ein Cookie, das ihn angemeldet hält; Zeit, Adresse und Browser jeder Anmeldung stehen 90 Tage lang in seinem Konto, dann werden sie gelöscht. Downloads werden mit einem täglich wechselnden, danach gelöschten Schlüssel gezählt, ohne Ihre Adresse zu speichern.",
    ],
  },
  terms: {
    path: paths.terms(),
    title: "AGB",
    lang: "de",
    paragraphs: [
      "Der Betreiber hat seine allgemeinen Geschäftsbedingungen hier noch nicht hinterlegt.",
      "Jedes Plugin stammt von dem Anbieter, der auf seiner Seite genannt ist, und steht unter der dort genannten Lizenz.",
    ],
  },
} as const satisfies Record<string, LegalText>;

export function LegalPage({ text }: { text: LegalText }) {
  return (
    <Shell title={`${text.title} – Rising BSM Marketplace`} canonical={text.path}>
      <article class="wrap max-w-3xl pt-14" lang={text.lang}>
        <h1 class="text-3xl font-bold tracking-tight">{text.title}</h1>
        {text.paragraphs.map((paragraph) => (
          <p class="mt-5 leading-relaxed">{paragraph}</p>
        ))}
      </article>
    </Shell>
  );
}
