import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Order, PaymentSession } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { commitToOrder } from "./commit-to-order.ts";
import { NO_ORDER } from "./find-order.ts";
import type { OrderFacts } from "./ports.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * The buyer commits to the order and goes on to pay: the provider's page, or null where the money comes by hand. Whoever holds
 * the order's id may. Problems: NOT_FOUND, `order_state`, `payment_unavailable`, what `commitToOrder` says.
 */
export async function payOrder(
  world: SalesWorld & Pick<World, "site">,
  orderId: string,
  returnUrl: string,
): Promise<Result<{ readonly url: string | null }, Problem<Reason>>> {
  const facts = await world.orders.find(orderId);
  if (facts === null) return refuse(NO_ORDER);
  const committed = await commitToOrder(world, facts);
  if (!committed.ok) return committed;
  if (committed.value.order.state === "paid") return ok({ url: null });
  const session = await openSession(world, committed.value, returnUrl);
  if (session === "unavailable") return refuse({ reason: "payment_unavailable" });
  return ok({ url: session?.url ?? null });
}

async function openSession(
  world: SalesWorld,
  { order, plugin }: OrderFacts,
  returnUrl: string,
): Promise<PaymentSession | null | "unavailable"> {
  const now = unixSeconds(world.clock.now());
  // Never two pages at once: somebody would pay twice.
  if (order.session !== null && order.session.until > now) return order.session;
  const provider = world.payments.of(order.provider);
  if (provider === null) return "unavailable";
  const session = await provider.open(
    {
      orderId: order.id,
      attempt: order.sessions + 1,
      amount: order.amount,
      currency: order.currency,
      title: titleOf(plugin.displayName, order),
      returnUrl,
      until: order.expiresAt,
    },
    now,
  );
  if (session === null || session === "unavailable") return session;
  // Another call of the same attempt got the same page.
  await world.orders.saveSession(order, session, now);
  return session;
}

function titleOf(plugin: string, { tier, termDays }: Order): string {
  return `${plugin} – ${tier}${termDays === null ? "" : `, ${termDays} days`}`;
}
