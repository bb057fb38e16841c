import type { Payments } from "../../market/sales/ports.ts";
import { manualProvider } from "./manual.ts";
import { createStripeProvider, type StripeSettings } from "./stripe.ts";

/** By hand always; by Stripe where its secrets are set, and then unless somebody says otherwise. */
export function createPayments(stripe: StripeSettings | null): Payments {
  const byCard = stripe === null ? null : createStripeProvider(stripe);
  return {
    usual: byCard === null ? "manual" : "stripe",
    of: (name) => (name === "manual" ? manualProvider : byCard),
  };
}
