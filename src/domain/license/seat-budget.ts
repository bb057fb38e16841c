import { DAY } from "../time.ts";

/** Seats that owners may end by themselves in `EVICTION_WINDOW`: a license is no revolving door. */
export function evictionBudget(seats: number): number {
  return Math.max(3, seats);
}
export const EVICTION_WINDOW = 30 * DAY;

/** An owner unbinds or transfers a license once in this time. */
export const REBIND_WINDOW = 30 * DAY;
export const TRANSFER_WINDOW = 30 * DAY;
/** How long an offer to another instance stands. */
export const TRANSFER_OFFER_SECONDS = 7 * DAY;
