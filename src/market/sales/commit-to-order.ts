import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isWaiting, type Order } from "../../domain/sales/order.ts";
import { quote } from "../../domain/sales/quote.ts";
import { unixSeconds } from "../../domain/time.ts";
import { NO_DEVICE } from "../license/ask-device.ts";
import { cancelOrder, issueForOrder } from "../license/terms-for-sales.ts";
import type { OrderFacts } from "./ports.ts";
import { recordPayment } from "./record-payment.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * Ties the order to a license before anybody pays: a pending one of its own, or the one it renews or raises. So money is only
 * taken for what can be given. What costs nothing is settled at once. An order whose offer no longer fits is cancelled.
 */
export async function commitToOrder(
  world: SalesWorld,
  facts: OrderFacts,
): Promise<Result<OrderFacts, Problem<Reason>>> {
  const { order } = facts;
  if (!isWaiting(order)) return refuse({ reason: "order_state", facts: { state: order.state } });
  if (order.licenseId !== null) return ok(facts);
  const licenseId = await licenseFor(world, order);
  if (!licenseId.ok) {
    if (OUTDATED.includes(licenseId.problem.reason)) await withdraw(world, order);
    return licenseId;
  }
  const now = unixSeconds(world.clock.now());
  if (!(await world.orders.attach(order.id, licenseId.value, now)))
    return refuse(await whyNot(world, order, licenseId.value));
  if (order.amount === 0) return settleGift(world, order);
  const after = await world.orders.find(order.id);
  return after === null ? refuse({ reason: "STATE_CHANGED" }) : ok(after);
}

/** Refusals that stay as long as that license stands. */
const OUTDATED: readonly Reason[] = ["ALREADY_LICENSED", "PLAN_CHANGE_REFUSED", "TRANSITION_INVALID", "order_state"];

async function licenseFor(world: SalesWorld, order: Order): Promise<Result<string, Problem<Reason>>> {
  const { pluginId, instanceId, userId, tier: type, termDays: days, id: orderId } = order;
  if (order.kind === "new") {
    const issued = await issueForOrder(world, {
      orderId,
      isSettled: false,
      pluginId,
      instanceId,
      userId,
      type,
      days,
      sold: { autoRenew: order.autoRenew },
    });
    if (issued.ok) return ok(issued.value.licenseId);
    // Somebody committed to this order at the same time.
    const mine = await world.licenses.findByOrder(orderId);
    return mine === null ? issued : ok(mine);
  }
  const now = unixSeconds(world.clock.now());
  const offer = await world.orders.offer(pluginId, instanceId, userId);
  const held =
    offer?.heldLicenseId == null ? null : await world.licenses.find({ licenseId: offer.heldLicenseId }, NO_DEVICE, now);
  if (offer === null || held === null) return refuse({ reason: "order_state", facts: { why: "license" } });
  const today = quote(offer.plugin.pricing, order.tier, held.license, now);
  if (!today.ok) return today;
  if (today.value.kind !== order.kind) return refuse({ reason: "order_state", facts: { why: "license" } });
  return ok(held.license.id);
}

/** The offer fits no more: nobody shall pay for it. */
async function withdraw(world: SalesWorld, order: Order): Promise<void> {
  const at = unixSeconds(world.clock.now());
  await recordPayment(world, order.id, {
    fact: { eventId: `withdrawn:${order.id}`, kind: "cancelled", at, amount: null, currency: null },
    provider: "manual",
    paymentRef: null,
    actor: "system",
    note: "The license that it was made for changed.",
    isPossible: (current) => isWaiting(current) && current.licenseId === null,
  });
}

async function settleGift(world: SalesWorld, order: Order): Promise<Result<OrderFacts, Problem<Reason>>> {
  const at = unixSeconds(world.clock.now());
  return recordPayment(world, order.id, {
    fact: { eventId: `gift:${order.id}`, kind: "paid", at, amount: 0, currency: order.currency },
    provider: "manual",
    paymentRef: null,
    actor: "system",
    note: "Nothing to pay.",
  });
}

/** Cancelled meanwhile: what was made for it goes with it. */
async function whyNot(world: SalesWorld, { id, kind }: Order, licenseId: string): Promise<Problem<Reason>> {
  const after = await world.orders.find(id);
  if (after === null || isWaiting(after.order)) return { reason: "order_open" };
  if (kind === "new" && after.order.state === "cancelled") await cancelOrder(world, licenseId, id);
  return { reason: "order_state", facts: { state: after.order.state } };
}
