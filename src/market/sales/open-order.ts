import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import { crockford } from "../../domain/license/key.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { type Coupon, discountOf, isOffered } from "../../domain/sales/coupon.ts";
import {
  type BillingAddress,
  MAX_OPEN_ORDERS,
  MAX_ORDERS_A_DAY,
  ORDER_LIFE_DAYS,
  type OrderKind,
  type ProviderName,
  type SoldTier,
} from "../../domain/sales/order.ts";
import { quote } from "../../domain/sales/quote.ts";
import { DAY, HOUR, unixSeconds } from "../../domain/time.ts";
import { NO_DEVICE } from "../license/ask-device.ts";
import { commitToOrder } from "./commit-to-order.ts";
import { actorText } from "./find-order.ts";
import type { OrderDraft, OrderFacts, SalesOffer } from "./ports.ts";
import type { SalesWorld } from "./sales-world.ts";

export interface OrderRequest {
  readonly pluginId: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly tier: SoldTier;
  readonly provider?: ProviderName | undefined;
  readonly coupon?: string | undefined;
  readonly autoRenew?: boolean | undefined;
  readonly billing?: BillingAddress | undefined;
}

/**
 * An order that waits for its money; the one that waits already is answered again (`isNew: false`). Problems: NOT_FOUND,
 * PERMISSION_DENIED, PLUGIN_SUSPENDED, those of `quote`, `coupon_refused`, `order_open`, `order_limit`, `payment_unavailable`.
 */
export async function openOrder(
  world: SalesWorld,
  principal: Principal,
  request: OrderRequest,
): Promise<Result<{ readonly facts: OrderFacts; readonly isNew: boolean }, Problem<Reason>>> {
  const offered = await quoteOrder(world, principal, request);
  if (!offered.ok) return offered;
  const made = await takeOrder(world, request, offered.value);
  if (!made.ok) return made;
  const committed = await commitToOrder(world, made.value.facts);
  return committed.ok ? ok({ facts: committed.value, isNew: made.value.isNew }) : committed;
}

/**
 * The offer behind a 402: an order nobody committed to yet, so that it stands in nobody's way. Its page asks first.
 */
export async function offerOrder(
  world: SalesWorld,
  principal: Principal,
  request: OrderRequest,
): Promise<Result<OrderFacts, Problem<Reason>>> {
  const offered = await quoteOrder(world, principal, request);
  if (!offered.ok) return offered;
  const made = await takeOrder(world, request, offered.value);
  return made.ok ? ok(made.value.facts) : made;
}

async function quoteOrder(
  world: SalesWorld,
  principal: Principal,
  request: OrderRequest,
): Promise<Result<OrderDraft, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const offer = await world.orders.offer(request.pluginId, request.instanceId, request.userId);
  const refused = offer === null ? NO_PLUGIN : refuseBuyer(principal, offer);
  if (offer === null || refused !== null) return refuse(refused ?? NO_PLUGIN);
  const provider = request.provider ?? world.payments.usual;
  if (world.payments.of(provider) === null) return refuse({ reason: "payment_unavailable" });
  const held = await heldLicense(world, offer, now);
  const waiting = await world.orders.findWaiting(request.instanceId, request.userId, offer.plugin.id, request.tier);
  // Of a license that waits for this very order, nothing is asked.
  const isPendingHere = held !== null && held.state === "pending" && waiting?.order.licenseId === held.id;
  const price = quote(offer.plugin.pricing, request.tier, isPendingHere ? null : held, now);
  if (!price.ok) return held?.state === "pending" ? refuse(await otherOrder(world, held.life.orderId)) : price;
  const coupon = await findCoupon(world, offer, request, now);
  if (!coupon.ok) return coupon;
  const discount = coupon.value === null ? 0 : discountOf(coupon.value, price.value.listPrice);
  return ok({
    ...price.value,
    id: `ord_${crockford(world.chance.bytes(17), 26)}`,
    instanceId: request.instanceId,
    userId: request.userId,
    pluginId: offer.plugin.id,
    publisherId: offer.plugin.publisherId,
    tier: request.tier,
    discount,
    amount: price.value.listPrice - discount,
    couponId: coupon.value?.id ?? null,
    provider,
    autoRenew: request.autoRenew === true && price.value.termDays !== null && BEGINS.includes(price.value.kind),
    billing: request.billing ?? null,
    createdBy: actorText(principal),
    createdAt: now,
    expiresAt: now + ORDER_LIFE_DAYS * DAY,
  });
}

/** Orders that a license begins with: only they say whether it renews itself. */
const BEGINS: readonly OrderKind[] = ["new", "convert"];

const NO_PLUGIN: Problem<Reason> = { reason: "NOT_FOUND", detail: "Plugin not found" };

function refuseBuyer(principal: Principal, { plugin, instance }: SalesOffer): Problem<Reason> | null {
  const isBuyer =
    instance !== null &&
    (principal.kind === "instance"
      ? principal.instanceId === instance.id
      : principal.kind === "account" &&
        principal.accountId === instance.accountId &&
        hasScope(principal, "instance:manage"));
  if (!isBuyer) return { reason: "NOT_FOUND", detail: "Instance not found" };
  if (plugin.state === "removed" || !plugin.isPublished) return NO_PLUGIN;
  if (plugin.state === "quarantined") return { reason: "PLUGIN_SUSPENDED" };
  return instance.state === "suspended" ? { reason: "INSTANCE_SUSPENDED" } : null;
}

async function heldLicense(world: Pick<SalesWorld, "licenses">, { heldLicenseId }: SalesOffer, now: number) {
  if (heldLicenseId === null) return null;
  return (await world.licenses.find({ licenseId: heldLicenseId }, NO_DEVICE, now))?.license ?? null;
}

/** The order that a pending license waits for stands in the way until it is paid or cancelled. */
async function otherOrder(world: Pick<SalesWorld, "orders">, orderId: string | null): Promise<Problem<Reason>> {
  const other = orderId === null ? null : await world.orders.find(orderId);
  return { reason: "order_open", facts: other === null ? {} : { orderId: other.order.id } };
}

async function findCoupon(
  world: Pick<SalesWorld, "sellers">,
  { plugin }: SalesOffer,
  request: OrderRequest,
  now: number,
): Promise<Result<Coupon | null, Problem<Reason>>> {
  if (request.coupon === undefined) return ok(null);
  const coupon = await world.sellers.coupon(plugin.publisherId, request.coupon.toUpperCase());
  const order = { publisherId: plugin.publisherId, pluginId: plugin.id };
  return coupon !== null && isOffered(coupon, order, now) ? ok(coupon) : refuse({ reason: "coupon_refused" });
}

async function takeOrder(
  world: Pick<SalesWorld, "orders">,
  request: OrderRequest,
  draft: OrderDraft,
): Promise<Result<{ readonly facts: OrderFacts; readonly isNew: boolean }, Problem<Reason>>> {
  const taken = await world.orders.insert(draft, { open: MAX_OPEN_ORDERS, day: MAX_ORDERS_A_DAY });
  if (taken === "coupon") return refuse({ reason: "coupon_refused" });
  if (taken === "limit") return refuse({ reason: "order_limit", facts: { max: MAX_OPEN_ORDERS, retryAfter: HOUR } });
  const facts =
    taken === "inserted"
      ? await world.orders.find(draft.id)
      : await world.orders.findWaiting(draft.instanceId, draft.userId, draft.pluginId, draft.tier);
  if (facts === null) return refuse({ reason: "STATE_CHANGED" });
  const { order } = facts;
  // Another price, another way to pay: first that order is cancelled.
  const isAsAsked =
    (request.coupon === undefined || order.couponId === draft.couponId) &&
    (request.provider === undefined || order.provider === request.provider);
  if (!isAsAsked) return refuse({ reason: "order_open", facts: { orderId: order.id } });
  return ok({ facts, isNew: taken === "inserted" });
}
