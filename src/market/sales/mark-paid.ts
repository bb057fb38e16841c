import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isWaiting } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { commitToOrder } from "./commit-to-order.ts";
import { actorText, findOrder } from "./find-order.ts";
import type { OrderFacts } from "./ports.ts";
import { recordPayment } from "./record-payment.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * The money of an order that is paid by hand has come: publisher and operator say so. Said again it changes nothing. Problems:
 * NOT_FOUND, PERMISSION_DENIED, `order_state` (another provider reports its own payments), what `commitToOrder` says.
 */
export async function markPaid(
  world: SalesWorld,
  principal: Principal,
  orderId: string,
  note: string,
): Promise<Result<OrderFacts, Problem<Reason>>> {
  const found = await findOrder(world, principal, orderId);
  if (!found.ok) return found;
  const { facts, role } = found.value;
  if (role === "instance" || role === "owner") return refuse({ reason: "PERMISSION_DENIED" });
  if (facts.order.state === "paid") return ok(facts);
  if (facts.order.provider !== "manual")
    return refuse({ reason: "order_state", facts: { state: facts.order.state, provider: facts.order.provider } });
  const committed = await commitToOrder(world, facts);
  if (!committed.ok) return committed;
  const { order } = committed.value;
  const fact = {
    eventId: `paid:${order.id}`,
    kind: "paid",
    at: unixSeconds(world.clock.now()),
    amount: order.amount,
    currency: order.currency,
  } as const;
  return recordPayment(world, order.id, {
    fact,
    provider: "manual",
    paymentRef: null,
    actor: actorText(principal),
    note,
    isPossible: isWaiting,
  });
}
