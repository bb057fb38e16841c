import type { PricingView } from "../market/catalogue/views.ts";

type PricingTier = PricingView["tiers"][number];

/** Minor units → `€9.00`; thousands grouped. */
export function formatMoney(cents: number): string {
  const [whole, fraction] = (Math.abs(cents) / 100).toFixed(2).split(".");
  return `${cents < 0 ? "−" : ""}€${groupThousands(whole ?? "0")}.${fraction}`;
}

/** `Free`, `On request`, `€9.00 / month`, `€199.00 once`. */
export function formatPrice(tier: Pick<PricingTier, "price" | "interval">): string {
  if (tier.price === null) return "On request";
  if (tier.price === 0) return "Free";
  const money = formatMoney(tier.price);
  if (tier.interval === "once") return `${money} once`;
  return tier.interval === "none" ? money : `${money} / ${tier.interval}`;
}

/** The one price a card shows: the cheapest way in. */
export function formatEntryPrice(pricing: PricingView): string {
  const offered = pricing.tiers.filter((tier) => tier.id !== "trial");
  if (offered.length === 0 || offered.some((tier) => tier.price === 0)) return "Free";
  const priced = offered.filter((tier) => tier.price !== null);
  const cheapest = priced.reduce<PricingTier | undefined>(
    (best, tier) => (best === undefined || (tier.price ?? 0) < (best.price ?? 0) ? tier : best),
    undefined,
  );
  if (cheapest === undefined) return "On request";
  return offered.length > 1 ? `from ${formatPrice(cheapest)}` : formatPrice(cheapest);
}

/** Unix seconds → `dd.MM.yyyy`, UTC. */
export function formatDate(seconds: number): string {
  const [year, month, day] = new Date(seconds * 1000).toISOString().slice(0, 10).split("-");
  return `${day}.${month}.${year}`;
}

/** Unix seconds → `YYYY-MM-DD` for `<time datetime>`. */
export function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** `1,280`. */
export function formatCount(count: number): string {
  return groupThousands(String(Math.trunc(count)));
}

/** `1,280`, `12.3k`, `4.1M`: for narrow places. */
export function formatShortCount(count: number): string {
  if (count < 10_000) return formatCount(count);
  const [value, unit] = count < 999_950 ? [count / 1000, "k"] : [count / 1_000_000, "M"];
  return `${value.toFixed(1).replace(/\.0$/, "")}${unit}`;
}

/** Bytes → `812 B`, `48.2 KiB`, `5.0 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** `1 plugin`, `3 plugins`. */
export function plural(count: number, singular: string, several = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : several}`;
}

function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+(?!\d))/g, ",");
}
