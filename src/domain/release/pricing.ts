import { TIERS, type Tier } from "../manifest/permissions.ts";

/** One shape inside: the manifest's (EUR, minor units). The host knows four; all are read, one is written. */
export interface Pricing {
  readonly currency: "EUR";
  readonly tiers: readonly PricingTier[];
}
export interface PricingTier {
  readonly id: Tier;
  /** Minor units; null = on request. */
  readonly price: number | null;
  readonly interval: "none" | "once" | "month" | "year";
  readonly features: readonly string[];
  readonly limits: {
    readonly installs: number | null;
    readonly apiCalls: number | null;
    readonly storageMiB: number | null;
    readonly users: number | null;
  };
  readonly popular: boolean;
}

/** Tier → price in whole euros, as the host shows it; a price on request is left out, for the host knows no null. */
export function hostPricing(pricing: Pricing): { [tier: string]: number } {
  return Object.fromEntries(
    pricing.tiers.flatMap((tier) => (tier.price === null ? [] : [[tier.id, tier.price / 100] as const])),
  );
}

/** A plugin with a free tier is downloaded by anybody, any other is sealed and opens with a license. */
export function deliveryOf(pricing: Pricing): "public" | "sealed" {
  return pricing.tiers.some((tier) => tier.id === "free") ? "public" : "sealed";
}

/**
 * New list prices out of any of the host's shapes: numbers per tier, or objects with a `price` (a number or "custom").
 * Only tiers the release has can be priced; features and limits stay the release's. Null: nothing of it can be read.
 */
export function repriced(pricing: Pricing, host: { readonly [tier: string]: unknown }): Pricing | null {
  const prices = new Map<Tier, number | null>();
  for (const [id, value] of Object.entries(host)) {
    const tier = TIERS.find((known) => known === id);
    const price = hostPrice(value);
    const current = pricing.tiers.find((known) => known.id === tier);
    if (tier === undefined || price === undefined || current === undefined) return null;
    const isFreeKind = tier === "free" || tier === "trial";
    if (isFreeKind ? price !== 0 : price === 0) return null;
    if (price === null && tier !== "enterprise") return null;
    prices.set(tier, price);
  }
  return {
    currency: "EUR",
    tiers: pricing.tiers.map((tier) => ({
      ...tier,
      price: prices.has(tier.id) ? (prices.get(tier.id) ?? null) : tier.price,
    })),
  };
}

const MAX_EUROS = 1_000_000;

/** Minor units, null for "custom", undefined when it is no price. */
function hostPrice(value: unknown): number | null | undefined {
  const price = typeof value === "object" && value !== null && "price" in value ? value.price : value;
  if (price === "custom") return null;
  if (typeof price !== "number" || !(price >= 0 && price <= MAX_EUROS)) return undefined;
  const cents = Math.round(price * 100);
  return Math.abs(cents - price * 100) < 1e-6 ? cents : undefined;
}
