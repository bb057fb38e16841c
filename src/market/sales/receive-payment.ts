import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { ORDER_ID, type ProviderName } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { PaymentNotice } from "./ports.ts";
import { recordPayment } from "./record-payment.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * One signed message of a payment provider (README, Payments): its signature over exactly these bytes first, then what it says.
 * Repeated messages change nothing; one about a payment that no order names yet is kept until an order does. Problems:
 * NOT_FOUND where the provider is not set up, `payment_signature_invalid`, STATE_CHANGED (the provider sends it again).
 */
export async function receivePayment(
  world: SalesWorld,
  name: ProviderName,
  raw: Uint8Array,
  signature: string | null,
): Promise<Result<"recorded" | "kept" | "ignored", Problem<Reason>>> {
  const provider = world.payments.of(name);
  if (provider === null) return refuse({ reason: "NOT_FOUND" });
  const notice = await provider.read(raw, signature);
  if (notice === null) return refuse({ reason: "payment_signature_invalid" });
  if (notice === "ignored") return ok("ignored");
  const input = { ...notice, provider: name, actor: name };
  const orderId = await orderOf(world, name, notice);
  if (orderId === null) {
    if (notice.paymentRef === null) return ok("ignored");
    await world.orders.keep({ ...input, now: unixSeconds(world.clock.now()) });
    // The order may have learned of its payment between the question and the keeping.
    const late = await orderOf(world, name, notice);
    if (late === null) return ok("kept");
    const recorded = await recordPayment(world, late, input);
    return recorded.ok ? ok("recorded") : recorded;
  }
  const recorded = await recordPayment(world, orderId, input);
  return recorded.ok ? ok("recorded") : recorded;
}

/** The order a notice names, if it is one of ours; else the one that is known to be paid by this payment. */
async function orderOf(
  world: Pick<SalesWorld, "orders">,
  provider: ProviderName,
  { orderId, paymentRef }: PaymentNotice,
): Promise<string | null> {
  if (orderId !== null && ORDER_ID.test(orderId)) {
    const named = await world.orders.find(orderId);
    // Another provider's order cannot be paid by this one.
    if (named !== null && named.order.provider === provider) return orderId;
  }
  return paymentRef === null ? null : world.orders.findByPayment(provider, paymentRef);
}
