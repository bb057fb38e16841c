/** Refusals about orders and payments (README, Refusals). */
export const SALES_REASONS = [
  "not_for_sale",
  "price_on_request",
  "order_open",
  "order_state",
  "order_limit",
  "coupon_refused",
  "coupon_exists",
  "payment_signature_invalid",
  "payment_unavailable",
] as const;
export type SalesReason = (typeof SALES_REASONS)[number];
