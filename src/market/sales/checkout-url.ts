import { checkoutPath } from "../../domain/sales/checkout.ts";
import type { Site } from "../ports.ts";

/** Adds where a pending license is paid to what PAYMENT_REQUIRED says of it; other answers stay as they are. */
export function withCheckout<Facts extends object>(
  site: Pick<Site, "origin">,
  code: string,
  license: { readonly life: { readonly orderId: string | null } } | null,
  facts: Facts,
): Facts & { readonly checkoutUrl?: string } {
  const orderId = license?.life.orderId ?? null;
  return code === "PAYMENT_REQUIRED" && orderId !== null
    ? { ...facts, checkoutUrl: site.origin + checkoutPath(orderId) }
    : facts;
}
