import type { Attention, Money, OrderState } from "./order.ts";

export const PAYMENT_KINDS = [
  "paid",
  "failed",
  "refunded",
  "partly_refunded",
  "dispute_opened",
  "dispute_won",
  "dispute_lost",
  "cancelled",
] as const;
export type PaymentKind = (typeof PAYMENT_KINDS)[number];

/** One thing that happened to the money of an order. */
export interface PaymentFact {
  readonly eventId: string;
  readonly kind: PaymentKind;
  /** Unix seconds of the provider's clock. */
  readonly at: number;
  /** What was paid, or how much was given back so far. */
  readonly amount: number | null;
  readonly currency: string | null;
}

export interface Settlement {
  readonly state: OrderState;
  readonly attention: Attention | null;
  readonly paidAt: number | null;
  readonly refunded: number;
}

/** Within one second of the provider, causes stand before effects. */
const RANK: Readonly<Record<PaymentKind, number>> = {
  failed: 0,
  paid: 1,
  cancelled: 2,
  partly_refunded: 3,
  dispute_opened: 4,
  dispute_won: 5,
  dispute_lost: 6,
  refunded: 7,
};

const OPEN: Settlement = { state: "open", attention: null, paidAt: null, refunded: 0 };

/**
 * What the events of an order come to (README, Payments). They count by the provider's time, never by arrival, so the same
 * events in any order, however often, give the same state.
 */
export function settle(facts: readonly PaymentFact[], price: Money): Settlement {
  return [...facts].sort(byProviderTime).reduce((before, fact) => next(before, fact, price), OPEN);
}

function next(before: Settlement, fact: PaymentFact, price: Money): Settlement {
  const { state } = before;
  const isWaiting = state === "open" || state === "failed";
  switch (fact.kind) {
    case "paid":
      if (!isOf(fact, price)) return { ...before, attention: "amount_differs" };
      if (isWaiting) return { ...before, state: "paid", attention: null, paidAt: fact.at };
      return state === "cancelled" ? { ...before, attention: "paid_after_cancel" } : before;
    case "failed":
      return isWaiting ? { ...before, state: "failed" } : before;
    case "cancelled":
      return isWaiting ? { ...before, state: "cancelled" } : before;
    case "partly_refunded":
      return { ...before, refunded: Math.max(before.refunded, fact.amount ?? 0) };
    case "refunded":
      if (state === "cancelled") return { ...before, attention: null, refunded: fact.amount ?? price.amount };
      return { ...before, state: "refunded", attention: null, refunded: fact.amount ?? price.amount };
    case "dispute_opened":
      return state === "paid" || isWaiting ? { ...before, state: "disputed" } : before;
    case "dispute_won":
      return state === "disputed" ? { ...before, state: before.paidAt === null ? "open" : "paid" } : before;
    case "dispute_lost":
      return state === "refunded" || state === "cancelled" ? before : { ...before, state: "charged_back" };
  }
}

function isOf(fact: PaymentFact, price: Money): boolean {
  return fact.amount === price.amount && fact.currency?.toUpperCase() === price.currency;
}

function byProviderTime(a: PaymentFact, b: PaymentFact): number {
  return a.at - b.at || RANK[a.kind] - RANK[b.kind] || (a.eventId < b.eventId ? -1 : Number(a.eventId > b.eventId));
}
