import type { Permission } from "../manifest/permissions.ts";

/** Free: a tier without price and end; trial: can be tried; paid: has a price. A plugin may be several. */
export const PRICE_KINDS = ["free", "trial", "paid"] as const;
export type PriceKind = (typeof PRICE_KINDS)[number];

interface PricedTier {
  readonly id: string;
  /** Minor units; null = on request. */
  readonly price: number | null;
}

/** What a plugin costs, in the words people filter by. */
export function priceKindsOf(tiers: readonly PricedTier[], trialDays: number): readonly PriceKind[] {
  const isPaid = tiers.some(({ price }) => price === null || price > 0);
  const hasTrial = trialDays > 0 || tiers.some(({ id }) => id === "trial");
  const isFree = tiers.some(({ id, price }) => price === 0 && id !== "trial");
  return PRICE_KINDS.filter((kind) => ({ free: isFree, trial: hasTrial, paid: isPaid })[kind]);
}

/** Rows of these name people: customers, whoever asked or booked, and the firm's own users. */
const PERSONAL = ["customers.", "requests.", "appointments.", "users."];

/** Whether any permission, asked for or optional, opens rows that name people. */
export function touchesPersonalData(permissions: readonly Permission[]): boolean {
  return permissions.some((permission) => PERSONAL.some((prefix) => permission.startsWith(prefix)));
}

/** Days that “updated within” offers. */
export const UPDATED_WITHIN = [30, 90, 365] as const;

/** Least ratings that “rating” offers. */
export const LEAST_RATINGS = [4, 3, 2] as const;
