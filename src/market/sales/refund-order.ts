import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Order } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { actorText, findOrder } from "./find-order.ts";
import type { OrderFacts } from "./ports.ts";
import { recordPayment } from "./record-payment.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * Gives all the money back and revokes the license: by the provider, or, of an order paid by hand, because publisher or operator
 * say that they did. Asked again it answers the same. Problems: NOT_FOUND, PERMISSION_DENIED, `order_state`,
 * `payment_unavailable`.
 */
export async function refundOrder(
  world: SalesWorld,
  principal: Principal,
  orderId: string,
  note: string,
): Promise<Result<OrderFacts, Problem<Reason>>> {
  const found = await findOrder(world, principal, orderId);
  if (!found.ok) return found;
  const { facts, role } = found.value;
  const { order } = facts;
  if (role === "instance" || role === "owner") return refuse({ reason: "PERMISSION_DENIED" });
  if (order.state === "refunded") return ok(facts);
  if (!mayRefund(order)) return refuse({ reason: "order_state", facts: { state: order.state } });
  const refunded = await world.payments.of(order.provider)?.refund(order);
  if (refunded === undefined || refunded === "unavailable") return refuse({ reason: "payment_unavailable" });
  return recordPayment(world, order.id, {
    fact: {
      eventId: refunded.id,
      kind: "refunded",
      at: unixSeconds(world.clock.now()),
      amount: order.amount,
      currency: order.currency,
    },
    provider: order.provider,
    paymentRef: order.paymentRef,
    actor: actorText(principal),
    note,
    isPossible: mayRefund,
  });
}

/** Money that came: also such that came too late to buy anything. */
function mayRefund(order: Order): boolean {
  return order.state === "paid" || (order.state === "cancelled" && order.attention === "paid_after_cancel");
}
