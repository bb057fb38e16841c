import type { License } from "../license/license.ts";
import { deriveState } from "../license/states.ts";
import { isHigherTier } from "../license/tiers.ts";
import type { Problem } from "../problem.ts";
import type { Reason } from "../reasons.ts";
import type { Pricing, PricingTier } from "../release/pricing.ts";
import { ok, type Result, refuse } from "../result.ts";
import { DAY } from "../time.ts";
import type { OrderKind, SoldTier } from "./order.ts";

/** What is bought and what it costs, before coupons. */
export interface Quote {
  readonly kind: OrderKind;
  /** null = no end. */
  readonly termDays: number | null;
  /** Minor units of `currency`. */
  readonly listPrice: number;
  readonly currency: string;
}

const TERM_DAYS: Readonly<Record<PricingTier["interval"], number | null>> = {
  none: null,
  once: null,
  month: 30,
  year: 365,
};

/** How long one payment of a tier lasts; null = no end. */
export function termDaysOf(interval: PricingTier["interval"]): number | null {
  return TERM_DAYS[interval];
}

type Held = Pick<License, "state" | "startsAt" | "expiresAt" | "graceUntil" | "type">;

/**
 * The price of a tier for somebody who holds `license`, if any (README, What an order buys).
 *
 * @returns `not_for_sale`, `price_on_request`, or why the license held stands in the way: ALREADY_LICENSED,
 * PLAN_CHANGE_REFUSED, TRANSITION_INVALID.
 */
export function quote(
  pricing: Pricing,
  tier: SoldTier,
  license: Held | null,
  now: number,
): Result<Quote, Problem<Reason>> {
  const wanted = pricing.tiers.find(({ id }) => id === tier);
  if (wanted === undefined || wanted.price === 0) return refuse({ reason: "not_for_sale" });
  if (wanted.price === null) return refuse({ reason: "price_on_request" });
  const termDays = TERM_DAYS[wanted.interval];
  const full = { termDays, listPrice: wanted.price, currency: pricing.currency };
  if (license === null) return ok({ ...full, kind: "new" });
  const state = deriveState(license, now);
  if (state === "revoked") return ok({ ...full, kind: "new" });
  if (state === "suspended" || state === "pending" || state === "scheduled")
    return refuse({ reason: "TRANSITION_INVALID", facts: { from: state, allowed: [] } });
  if (license.type === "trial" || license.type === "free") return ok({ ...full, kind: "convert" });
  if (license.type === tier) return renewal(full, license, termDays);
  if (!isHigherTier(tier, license.type))
    return state === "expired"
      ? ok({ ...full, kind: "new" })
      : refuse({ reason: "PLAN_CHANGE_REFUSED", facts: { from: license.type, to: tier, why: "only upward" } });
  if (state === "expired") return ok({ ...full, kind: "new" });
  // It would turn a term that was paid once into a right without end.
  if (license.expiresAt === null && termDays !== null)
    return refuse({ reason: "PLAN_CHANGE_REFUSED", facts: { from: license.type, to: tier, why: "open-ended" } });
  const held = pricing.tiers.find(({ id }) => id === license.type);
  return ok({ ...full, kind: "upgrade", listPrice: upgradePrice(held, wanted, wanted.price, license.expiresAt, now) });
}

function renewal(
  full: Omit<Quote, "kind">,
  license: Held,
  termDays: number | null,
): Result<Quote, Problem<"ALREADY_LICENSED">> {
  if (license.expiresAt === null || termDays === null) return refuse({ reason: "ALREADY_LICENSED" });
  return ok({ ...full, kind: "renew" });
}

/**
 * An upgrade keeps the end of the license: where both tiers are paid by the same interval, the difference for the days left
 * (rounded up to a day, then down to the minor unit) is its price, at least one minor unit; elsewhere the whole price.
 */
function upgradePrice(
  held: PricingTier | undefined,
  wanted: PricingTier,
  price: number,
  expiresAt: number | null,
  now: number,
): number {
  const termDays = TERM_DAYS[wanted.interval];
  if (held?.price == null || held.interval !== wanted.interval || termDays === null || expiresAt === null) return price;
  const daysLeft = Math.ceil((expiresAt - now) / DAY);
  return Math.max(1, Math.floor(((price - held.price) * daysLeft) / termDays));
}
