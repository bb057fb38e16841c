import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Order } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { reissueForOrder } from "../license/terms-for-sales.ts";
import { findOrder } from "./find-order.ts";
import type { OrderFacts } from "./ports.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * Money that came while its license was gone (`not_fulfilled`): publisher or operator give a new license of the order's tier
 * and term in its place, once; the other way out is {@link refundOrder}. Asked again it answers the same. Problems: NOT_FOUND,
 * PERMISSION_DENIED, `order_state`, ALREADY_LICENSED where the user has another license by now, PLUGIN_SUSPENDED.
 */
export async function fulfilOrder(
  world: SalesWorld,
  principal: Principal,
  orderId: string,
): Promise<Result<OrderFacts, Problem<Reason>>> {
  const found = await findOrder(world, principal, orderId);
  if (!found.ok) return found;
  const { facts, role } = found.value;
  const { order } = facts;
  if (role === "instance" || role === "owner") return refuse({ reason: "PERMISSION_DENIED" });
  if (order.state === "paid" && order.fulfilledAt !== null) return ok(facts);
  if (order.state !== "paid" || order.attention !== "not_fulfilled")
    return refuse({ reason: "order_state", facts: { state: order.state } });
  const licenseId = await replace(world, order);
  if (!licenseId.ok) return licenseId;
  if (!(await world.orders.putInPlace(order, licenseId.value, unixSeconds(world.clock.now()))))
    return refuse({ reason: "STATE_CHANGED" });
  return ok((await world.orders.find(orderId)) ?? facts);
}

/** A license of its own, settled already; the one that an earlier try left is taken. */
async function replace(world: SalesWorld, order: Order): Promise<Result<string, Problem<Reason>>> {
  const { id: orderId, pluginId, instanceId, userId, tier: type, termDays: days } = order;
  const sold = { autoRenew: order.autoRenew };
  const sale = { orderId, isSettled: true, pluginId, instanceId, userId, type, days, sold };
  const issued = await reissueForOrder(world, sale);
  return issued.ok ? ok(issued.value.licenseId) : issued;
}
