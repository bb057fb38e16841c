import { unixSeconds } from "../../domain/time.ts";
import { endOrder } from "./cancel-order.ts";
import { followOrder } from "./follow-order.ts";
import { renewOrders } from "./renew-orders.ts";
import type { SalesWorld } from "./sales-world.ts";

const LIMIT = 50;

/** What a crash left undone is done, renewals are ordered, orders that nobody paid are cancelled. */
export async function sweepOrders(world: SalesWorld): Promise<void> {
  const now = unixSeconds(world.clock.now());
  await renewOrders(world, now);
  const { unapplied, expired } = await world.orders.due(now, LIMIT);
  for (const orderId of unapplied) {
    const facts = await world.orders.find(orderId);
    if (facts !== null) await followOrder(world, facts);
  }
  for (const orderId of expired) {
    const facts = await world.orders.find(orderId);
    if (facts !== null) await endOrder(world, facts.order, "system", "Not paid in time");
  }
}
