import type { Money, OrderKind, OrderState } from "../../domain/sales/order.ts";

/** Minor units → `€9.00`, `CHF 12.50`, `−¥900`: as many decimals as the currency has. */
export function formatAmount({ amount, currency }: Money): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits).replace("-", "−");
}

export function termWords(termDays: number | null): string {
  return termDays === null ? "without end" : `for ${termDays} days`;
}

export const KIND_WORDS = {
  new: "New license",
  renew: "Renewal",
  upgrade: "Upgrade for the days left",
  convert: "License that goes on where the trial or free plan stands",
} as const satisfies Record<OrderKind, string>;

export const STATE_WORDS = {
  open: "Waiting for payment",
  failed: "The payment failed",
  paid: "Paid",
  disputed: "The payment is disputed",
  refunded: "Refunded",
  charged_back: "Charged back",
  cancelled: "Cancelled",
} as const satisfies Record<OrderState, string>;
