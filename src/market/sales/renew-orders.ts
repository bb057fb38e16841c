import { crockford } from "../../domain/license/key.ts";
import { RENEWAL_AHEAD, RENEWAL_LAST_CALL } from "../../domain/sales/order.ts";
import { termDaysOf } from "../../domain/sales/quote.ts";
import { failPayment } from "../license/terms-for-sales.ts";
import type { RenewalDue } from "./ports.ts";
import type { SalesWorld } from "./sales-world.ts";

const LIMIT = 50;

/**
 * Licenses that renew themselves (README, Renewal): their next order is made in time, and where it is unpaid at the end the
 * license goes on for its tier's grace. Nobody is charged here.
 */
export async function renewOrders(world: SalesWorld, now: number): Promise<void> {
  for (const due of await world.orders.renewalsDue(now, RENEWAL_AHEAD, LIMIT)) await order(world, due, now);
  for (const { licenseId, orderId } of await world.orders.renewalsUnpaid(now, RENEWAL_LAST_CALL, LIMIT))
    await failPayment(world, licenseId, orderId);
}

async function order(world: SalesWorld, due: RenewalDue, now: number): Promise<void> {
  const sold = await world.orders.find(due.orderId);
  const tier = due.pricing.tiers.find(({ id }) => id === due.tier);
  const termDays = tier === undefined ? null : termDaysOf(tier.interval);
  // A tier that is no longer sold for a term ends with the term that was paid.
  if (sold === null || tier?.price == null || tier.price === 0 || termDays === null) return;
  const { instanceId, pluginId, publisherId, provider, billing } = sold.order;
  const made = await world.orders.insertRenewal(
    {
      id: `ord_${crockford(world.chance.bytes(17), 26)}`,
      instanceId,
      userId: due.userId,
      pluginId,
      publisherId,
      tier: due.tier,
      kind: "renew",
      termDays,
      listPrice: tier.price,
      discount: 0,
      amount: tier.price,
      currency: due.pricing.currency,
      couponId: null,
      provider: world.payments.of(provider) === null ? "manual" : provider,
      autoRenew: true,
      billing,
      createdBy: "system",
      createdAt: now,
      // Who pays late pays within the grace.
      expiresAt: due.endsAt + due.graceSeconds,
    },
    due.licenseId,
  );
  if (made !== null && made.webhookId !== null) world.background.defer(world.webhookBell.ring(made.webhookId));
}
