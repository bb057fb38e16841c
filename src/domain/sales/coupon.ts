/** A reduction that a publisher gives to whoever names its code. Times in Unix seconds. */
export interface Coupon {
  readonly id: string;
  readonly code: string;
  readonly publisherId: string;
  /** null = every plugin of the publisher. */
  readonly pluginId: string | null;
  /** 1 to 100; exactly one of the two is set. */
  readonly percentOff: number | null;
  /** Minor units. */
  readonly amountOff: number | null;
  readonly maxRedemptions: number | null;
  readonly redemptions: number;
  readonly expiresAt: number | null;
}

/** Codes are compared in upper case. */
export const COUPON_CODE = /^[A-Za-z0-9_-]{3,40}$/;

/** What the coupon takes off a price, never more than the price; halves of a minor unit stay with the seller. */
export function discountOf(coupon: Pick<Coupon, "percentOff" | "amountOff">, listPrice: number): number {
  const off = coupon.percentOff === null ? (coupon.amountOff ?? 0) : Math.floor((listPrice * coupon.percentOff) / 100);
  return Math.min(listPrice, off);
}

/** Whether it may be used for this plugin now; how often it was used is for the statement that takes the order. */
export function isOffered(coupon: Coupon, order: { publisherId: string; pluginId: string }, now: number): boolean {
  return (
    coupon.publisherId === order.publisherId &&
    (coupon.pluginId === null || coupon.pluginId === order.pluginId) &&
    (coupon.expiresAt === null || coupon.expiresAt > now)
  );
}
