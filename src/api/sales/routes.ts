import type { Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import { SALES_OPERATIONS } from "../../contract/sales/operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../../market/ports.ts";
import { cancelOrder } from "../../market/sales/cancel-order.ts";
import { findOrder } from "../../market/sales/find-order.ts";
import { fulfilOrder } from "../../market/sales/fulfil-order.ts";
import { listOrders } from "../../market/sales/list-orders.ts";
import { markPaid } from "../../market/sales/mark-paid.ts";
import { openOrder } from "../../market/sales/open-order.ts";
import type { OrderFacts } from "../../market/sales/ports.ts";
import { type OrderView, presentOrder } from "../../market/sales/present-order.ts";
import { receivePayment } from "../../market/sales/receive-payment.ts";
import { refundOrder } from "../../market/sales/refund-order.ts";
import type { ApiEnv } from "../context.ts";
import { readBounded } from "../read-bounded.ts";
import { route } from "../route.ts";
import { answerOnce } from "./answer-once.ts";
import { registerSellerRoutes } from "./seller-routes.ts";

/** Stripe's largest events stay far below. */
const MAX_EVENT_BYTES = 524_288;
const PAGE_SIZE = 20;

export function registerSalesRoutes(app: Hono<ApiEnv>): void {
  registerSellerRoutes(app);

  route(app, SALES_OPERATIONS.createOrder, async ({ world, principal, body, raw, request }) => {
    const instanceId = buyerOf(principal, body.instanceId);
    if (!instanceId.ok) return instanceId;
    return answerOnce(world, principal, SALES_OPERATIONS.createOrder.id, request, raw, async () => {
      const { type: tier, billing, ...rest } = body;
      const opened = await openOrder(world, principal, {
        ...rest,
        tier,
        instanceId: instanceId.value,
        billing: billing && { ...billing, taxId: billing.taxId ?? "" },
      });
      if (!opened.ok) return named(world, opened.problem);
      return ok({ status: opened.value.isNew ? 201 : 200, body: present(world, opened.value.facts) });
    });
  });

  route(app, SALES_OPERATIONS.startCheckout, async ({ world, principal, body }) => {
    const instanceId = buyerOf(principal, body.instanceId);
    if (!instanceId.ok) return instanceId;
    const { pluginId, userId, type: tier } = body;
    const opened = await openOrder(world, principal, { pluginId, userId, tier, instanceId: instanceId.value });
    if (!opened.ok) return named(world, opened.problem);
    const { id } = opened.value.facts.order;
    return ok({ status: opened.value.isNew ? 201 : 200, body: { url: checkoutUrl(world, id), orderId: id } });
  });

  route(app, SALES_OPERATIONS.listOrders, async ({ world, principal, query }) => {
    const { data, total } = await listOrders(world, principal, {
      state: query.state,
      pluginId: query.pluginId,
      page: Number(query.page ?? 1),
      limit: Number(query.limit ?? PAGE_SIZE),
    });
    return ok({ body: { data: data.map((facts) => present(world, facts)), total } });
  });

  route(app, SALES_OPERATIONS.showOrder, async ({ world, principal, params }) => {
    const found = await findOrder(world, principal, params.id as string);
    return found.ok ? ok({ body: present(world, found.value.facts) }) : found;
  });

  route(app, SALES_OPERATIONS.cancelOrder, async ({ world, principal, params }) =>
    shown(world, await cancelOrder(world, principal, params.id as string)),
  );
  route(app, SALES_OPERATIONS.markOrderPaid, async ({ world, principal, params, body }) =>
    shown(world, await markPaid(world, principal, params.id as string, body.note ?? "")),
  );
  route(app, SALES_OPERATIONS.refundOrder, async ({ world, principal, params, body }) =>
    shown(world, await refundOrder(world, principal, params.id as string, body.note ?? "")),
  );

  route(app, SALES_OPERATIONS.fulfilOrder, async ({ world, principal, params }) =>
    shown(world, await fulfilOrder(world, principal, params.id as string)),
  );

  // The signature covers exactly these bytes: nothing reads them before it was checked.
  route(app, SALES_OPERATIONS.receiveStripe, async ({ world, request }) => {
    const raw = await readBounded(request, MAX_EVENT_BYTES);
    if (raw === null) return refuse({ reason: "BODY_TOO_LARGE", facts: { maxBytes: MAX_EVENT_BYTES } });
    const received = await receivePayment(world, "stripe", raw, request.headers.get("stripe-signature"));
    return received.ok ? ok({ body: { received: true } }) : received;
  });
}

export function checkoutUrl(world: Pick<World, "site">, orderId: string): string {
  return world.site.origin + paths.checkout(orderId);
}

function present(world: Pick<World, "site">, facts: OrderFacts): OrderView {
  return presentOrder(facts, {
    checkout: (orderId) => checkoutUrl(world, orderId),
    invoice: (invoiceId) => world.site.origin + paths.invoice(invoiceId),
  });
}

function shown(world: Pick<World, "site">, result: Result<OrderFacts, Problem<Reason>>) {
  return result.ok ? ok({ body: present(world, result.value) }) : result;
}

/** A refusal that names an order says where it is paid. */
function named(world: Pick<World, "site">, problem: Problem<Reason>) {
  const orderId = problem.facts?.orderId;
  if (typeof orderId !== "string") return refuse(problem);
  return refuse({ ...problem, facts: { ...problem.facts, checkoutUrl: checkoutUrl(world, orderId) } });
}

/** An instance orders for itself; a person says for which one. */
function buyerOf(principal: Principal, asked: string | undefined): Result<string, Problem<Reason>> {
  if (principal.kind === "instance") {
    if (asked === undefined || asked === principal.instanceId) return ok(principal.instanceId);
    return refuse({ reason: "NOT_FOUND", detail: "Instance not found" });
  }
  if (asked !== undefined) return ok(asked);
  const detail = "Name the instance the order is for.";
  return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/instanceId", detail }] } });
}
