import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isWaiting, type Order } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { actorText, findOrder } from "./find-order.ts";
import type { OrderFacts } from "./ports.ts";
import { recordPayment } from "./record-payment.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * Gives up an order that waits for money; asked again it answers the same. First the provider's page is closed: somebody who
 * pays at this moment wins, and the order is paid. Problems: NOT_FOUND, `order_state`, `payment_unavailable`.
 */
export async function cancelOrder(
  world: SalesWorld,
  principal: Principal,
  orderId: string,
): Promise<Result<OrderFacts, Problem<Reason>>> {
  const found = await findOrder(world, principal, orderId);
  if (!found.ok) return found;
  const { facts } = found.value;
  if (facts.order.state === "cancelled") return ok(facts);
  return endOrder(world, facts.order, actorText(principal), "Cancelled");
}

/** The same without asking who may. */
export async function endOrder(
  world: SalesWorld,
  order: Order,
  actor: string,
  note: string,
): Promise<Result<OrderFacts, Problem<Reason>>> {
  if (!isWaiting(order)) return refuse({ reason: "order_state", facts: { state: order.state } });
  const now = unixSeconds(world.clock.now());
  if (order.session !== null && order.session.until > now) {
    const closed = (await world.payments.of(order.provider)?.close(order.session)) ?? "unavailable";
    if (closed === "unavailable") return refuse({ reason: "payment_unavailable" });
    if (closed === "paid") return refuse({ reason: "order_state", facts: { state: "paid" } });
  }
  const ended = await recordPayment(world, order.id, {
    fact: { eventId: `cancelled:${order.id}`, kind: "cancelled", at: now, amount: null, currency: null },
    provider: "manual",
    paymentRef: null,
    actor,
    note,
    isPossible: isWaiting,
  });
  return ended;
}
