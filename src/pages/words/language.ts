import { createContext, useContext } from "hono/jsx";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Holds what a person chose in the footer: a taste, no identity. */
export const LANGUAGE_COOKIE = "rbsm_lang";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** The language and the origin that a page is drawn for. `render` (`../respond.ts`) sets it around every page. */
export const Spoken = createContext<{ readonly language: Language; readonly origin: string }>({
  language: "en",
  origin: "",
});

/** The language of the page being drawn; English outside of one. */
export function currentLanguage(): Language {
  // biome-ignore lint/correctness/useHookAtTopLevel: Hono's context is read anywhere below a provider; there is no order of hooks to keep
  return useContext(Spoken).language;
}

/** The language for a request: `?lang=` of the address, else the cookie, else the best of Accept-Language, else English. */
export function languageOf(request: Request): Language {
  const { searchParams } = new URL(request.url);
  return (
    knownLanguage(searchParams.get("lang")) ??
    knownLanguage(cookieOf(request.headers.get("cookie") ?? "")) ??
    negotiate(request.headers.get("accept-language") ?? "")
  );
}

/** Every page in two languages says what chose between them. */
export const LANGUAGE_VARY = "accept-language, cookie";

export function knownLanguage(text: string | null | undefined): Language | undefined {
  return LANGUAGES.find((language) => language === text);
}

/** `Set-Cookie` of a choice. */
export function writeLanguageCookie(language: Language, origin: string): string {
  const secure = origin.startsWith("https:") ? "; Secure" : "";
  return `${LANGUAGE_COOKIE}=${language}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
}

function cookieOf(header: string): string | null {
  for (const pair of header.split(";")) {
    const [name, value] = pair.trim().split("=");
    if (name === LANGUAGE_COOKIE) return value ?? null;
  }
  return null;
}

/** Lookup of RFC 4647 §3.4 over our two languages with the weights of RFC 9110 §12.5.4; of equal weights the first. */
function negotiate(header: string): Language {
  let best: { language: Language; weight: number } = { language: "en", weight: 0 };
  for (const entry of header.slice(0, 1000).split(",")) {
    const [range = "", ...parameters] = entry.trim().toLowerCase().split(";");
    const language = range === "*" ? "en" : knownLanguage(range.split("-")[0]);
    const weight = weightOf(parameters);
    if (language !== undefined && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

function weightOf(parameters: readonly string[]): number {
  const quality = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("q="));
  if (quality === undefined) return 1;
  const weight = Number(quality.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
