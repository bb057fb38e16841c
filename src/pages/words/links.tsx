import { useContext } from "hono/jsx";
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
