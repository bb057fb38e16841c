import type { PricingView } from "../market/catalogue/views.ts";
import { dictionary, wordsOf } from "./words/dictionary.ts";
import { currentLanguage, type Language } from "./words/language.ts";

/*
 * Numbers, dates and money as people of the page's language write them. Every function takes the language as its last
 * argument; left out, it is that of the page being drawn.
 */

type PricingTier = PricingView["tiers"][number];

/** English as it is written in Europe: the day before the month. */
const LOCALES = { en: "en-GB", de: "de-DE" } as const satisfies Record<Language, string>;

const PRICE_WORDS = dictionary({
  en: {
    free: "Free",
    onRequest: "On request",
    from: (price: string) => `from ${price}`,
    intervals: {
      none: (money: string) => money,
      once: (money: string) => `${money} once`,
      month: (money: string) => `${money} / month`,
      year: (money: string) => `${money} / year`,
    },
  },
  de: {
    free: "Kostenlos",
    onRequest: "Auf Anfrage",
    from: (price) => `ab ${price}`,
    intervals: {
      none: (money) => money,
      once: (money) => `${money} einmalig`,
      month: (money) => `${money} / Monat`,
      year: (money) => `${money} / Jahr`,
    },
  },
});

/** Minor units → `€9.00`, `9,00 €`. */
export function formatMoney(cents: number, language: Language = currentLanguage()): string {
  const text = numberFormat(language, { style: "currency", currency: "EUR" }).format(cents / 100);
  return text.replace("-", "−");
}

/** `Free`, `On request`, `€9.00 / month`, `€199.00 once`. */
export function formatPrice(
  tier: Pick<PricingTier, "price" | "interval">,
  language: Language = currentLanguage(),
): string {
  const words = wordsOf(PRICE_WORDS, language);
  if (tier.price === null) return words.onRequest;
  if (tier.price === 0) return words.free;
  return words.intervals[tier.interval](formatMoney(tier.price, language));
}

/** The one price a card shows: the cheapest way in. */
export function formatEntryPrice(pricing: PricingView, language: Language = currentLanguage()): string {
  const words = wordsOf(PRICE_WORDS, language);
  const offered = pricing.tiers.filter((tier) => tier.id !== "trial");
  if (offered.length === 0 || offered.some((tier) => tier.price === 0)) return words.free;
  const priced = offered.filter((tier) => tier.price !== null);
  const cheapest = priced.reduce<PricingTier | undefined>(
    (best, tier) => (best === undefined || (tier.price ?? 0) < (best.price ?? 0) ? tier : best),
    undefined,
  );
  if (cheapest === undefined) return words.onRequest;
  const price = formatPrice(cheapest, language);
  return offered.length > 1 ? words.from(price) : price;
}

/** Unix seconds → `1 Nov 2026`, `01.11.2026`, UTC. */
export function formatDate(seconds: number, language: Language = currentLanguage()): string {
  const day = language === "de" ? "2-digit" : "numeric";
  const month = language === "de" ? "2-digit" : "short";
  return dateFormat(language, { day, month, year: "numeric", timeZone: "UTC" }).format(seconds * 1000);
}

/** Unix seconds → `1 Nov 2026, 12:00 UTC`, `01.11.2026, 12:00 UTC`. */
export function formatTime(seconds: number, language: Language = currentLanguage()): string {
  const time = new Date(seconds * 1000).toISOString().slice(11, 16);
  return `${formatDate(seconds, language)}, ${time} UTC`;
}

/** Unix seconds → `YYYY-MM-DD` for `<time datetime>`. */
export function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** `1,280`, `1.280`. */
export function formatCount(count: number, language: Language = currentLanguage()): string {
  return numberFormat(language, { maximumFractionDigits: 0 }).format(Math.trunc(count));
}

/** One decimal: `4.6`, `4,6`. */
export function formatRating(average: number, language: Language = currentLanguage()): string {
  return decimals(average, language);
}

/** `1,280`, `12.3K`, `4.1M`: for narrow places. */
export function formatShortCount(count: number, language: Language = currentLanguage()): string {
  if (count < 10_000) return formatCount(count, language);
  return numberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(count);
}

/** Bytes → `812 B`, `48.2 KiB`, `5.0 MiB`. */
export function formatBytes(bytes: number, language: Language = currentLanguage()): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${decimals(bytes / 1024, language)} KiB`;
  return `${decimals(bytes / 1024 / 1024, language)} MiB`;
}

/** `1 plugin`, `3 plugins`; the words are handed in, in the page's language. */
export function plural(
  count: number,
  singular: string,
  several = `${singular}s`,
  language: Language = currentLanguage(),
): string {
  return `${formatCount(count, language)} ${count === 1 ? singular : several}`;
}

function decimals(value: number, language: Language): string {
  return numberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}

/** Making a format costs a hundred times what using it does. */
const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function numberFormat(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept(numberFormats, language + JSON.stringify(options), () => new Intl.NumberFormat(language, options));
}

function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(
    dateFormats,
    language + JSON.stringify(options),
    () => new Intl.DateTimeFormat(LOCALES[language], options),
  );
}

function kept<F>(formats: Map<string, F>, key: string, make: () => F): F {
  const format = formats.get(key) ?? make();
  formats.set(key, format);
  return format;
}
