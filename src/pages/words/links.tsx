import { useContext } from "hono/jsx";
import { paths } from "../../contract/paths.ts";
import { LANGUAGES, type Language, Spoken } from "./language.ts";

/** The address of a page in a certain language: English is what an address without `lang` stands for in search engines. */
export function localizedPath(address: string, language: Language): string {
  if (language === "en") return address;
  return `${address}${address.includes("?") ? "&" : "?"}lang=${language}`;
}

/** Chooses a language and leads back; without `address` to where the person came from. */
export function languagePath(language: Language, address: string | undefined): string {
  const back = address === undefined ? "" : `&back=${encodeURIComponent(address)}`;
  return `/language?to=${language}${back}`;
}

/** For search engines: the one address of this page in its language, and where the others are. */
export function LanguageLinks({ address }: { address: string }) {
  const { language, origin } = useContext(Spoken);
  return (
    <>
      <link rel="canonical" href={origin + localizedPath(address, language)} />
      {LANGUAGES.map((other) => (
        <link rel="alternate" hreflang={other} href={origin + localizedPath(address, other)} />
      ))}
      <link rel="alternate" hreflang="x-default" href={origin + address} />
    </>
  );
}

interface SocialTagsProps {
  readonly title: string;
  readonly description: string | undefined;
  readonly address: string;
  readonly picture: string | null;
}

const LOCALES = { en: "en_GB", de: "de_DE" } as const satisfies Record<Language, string>;

/** Open Graph: what other sites show of a link to this page. */
export function SocialTags({ title, description, address, picture }: SocialTagsProps) {
  const { language, origin } = useContext(Spoken);
  return (
    <>
      <meta property="og:site_name" content="Rising BSM Marketplace" />
      <meta property="og:type" content="website" />
      <meta property="og:title" content={title} />
      {description === undefined ? null : <meta property="og:description" content={description} />}
      <meta property="og:url" content={origin + localizedPath(address, language)} />
      <meta property="og:locale" content={LOCALES[language]} />
      <meta property="og:image" content={origin + (picture ?? paths.asset("card.png"))} />
      {picture === null ? <meta property="og:image:width" content="1200" /> : null}
      {picture === null ? <meta property="og:image:height" content="630" /> : null}
      <meta name="twitter:card" content="summary_large_image" />
    </>
  );
}
