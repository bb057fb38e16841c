import { crockford } from "../../domain/license/key.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { InvoiceDocument, InvoiceKind } from "../../domain/sales/invoice.ts";
import type { Order, ProviderName } from "../../domain/sales/order.ts";
import { type PaymentFact, type Settlement, settle } from "../../domain/sales/payments.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { makeOp } from "../license/make-ids.ts";
import { followOrder } from "./follow-order.ts";
import type { OrderFacts, PaymentCommit } from "./ports.ts";
import type { SalesWorld } from "./sales-world.ts";

export interface PaymentInput {
  readonly fact: PaymentFact;
  readonly provider: ProviderName;
  readonly paymentRef: string | null;
  readonly actor: string;
  readonly note: string;
  /** What a person asks for must be possible now; what a provider reports happened anyway. */
  readonly isPossible?: (order: Order) => boolean;
}

const ATTEMPTS = 6;

/**
 * Writes one payment event and the state that all events of the order come to, then lets the license follow (README,
 * Payments). The same event again changes nothing. Problems: `order_state`, STATE_CHANGED where six others wrote in between.
 */
export async function recordPayment(
  world: SalesWorld,
  orderId: string,
  input: PaymentInput,
): Promise<Result<OrderFacts, Problem<"order_state" | "STATE_CHANGED">>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const facts = await world.orders.find(orderId);
    if (facts === null) throw new Error("a payment of an order that is gone");
    const { order } = facts;
    const known = await world.orders.paymentsOf(order, input.provider, input.paymentRef ?? order.paymentRef);
    const isKnown = known.some(({ eventId }) => eventId === input.fact.eventId);
    const settlement = settle(isKnown ? known : [...known, input.fact], order);
    if (isKnown && settlement.state === order.state) return ok(await follow(world, facts));
    if (input.isPossible?.(order) === false) return refuse({ reason: "order_state", facts: { state: order.state } });
    const written = await world.orders.commit(await commitOf(world, facts, input, settlement, known.length));
    if (written === null) continue;
    if (written.webhookId !== null) ring(world, written.webhookId);
    const after = await world.orders.find(orderId);
    if (after === null) throw new Error("an order that was just written is gone");
    return ok(await follow(world, after));
  }
  return refuse({ reason: "STATE_CHANGED" });
}

/** The order as it is after its license followed. */
async function follow(world: SalesWorld, facts: OrderFacts): Promise<OrderFacts> {
  await followOrder(world, facts);
  return (await world.orders.find(facts.order.id)) ?? facts;
}

function ring(world: Pick<SalesWorld, "background" | "webhookBell">, webhookId: string): void {
  world.background.defer(world.webhookBell.ring(webhookId));
}

async function commitOf(
  world: Pick<SalesWorld, "sellers" | "chance" | "clock">,
  facts: OrderFacts,
  input: PaymentInput,
  settlement: Settlement,
  seen: number,
): Promise<PaymentCommit> {
  const { order } = facts;
  const now = unixSeconds(world.clock.now());
  const isNew = settlement.state !== order.state;
  const kind = isNew ? DOCUMENT_OF[settlement.state] : undefined;
  return {
    ...settlement,
    // That a payment bought nothing stays in sight until it went back.
    attention: settlement.attention ?? (settlement.state === "paid" ? order.attention : null),
    order,
    fact: input.fact,
    provider: input.provider,
    paymentRef: input.paymentRef,
    actor: input.actor,
    note: input.note,
    op: makeOp(world),
    seen,
    invoice: kind === undefined || order.amount === 0 ? null : await documentOf(world, facts, kind),
    webhook: isNew ? webhookOf(order, settlement) : null,
    now,
  };
}

/** A payment is answered with an invoice, its return with a credit note. */
const DOCUMENT_OF: { readonly [state in Settlement["state"]]?: InvoiceKind } = {
  paid: "invoice",
  refunded: "credit",
  charged_back: "credit",
};

async function documentOf(
  world: Pick<SalesWorld, "sellers" | "chance">,
  { order, plugin, publisher, instance, invoices }: OrderFacts,
  kind: InvoiceKind,
): Promise<PaymentCommit["invoice"]> {
  // Nothing is credited that was never invoiced.
  if (invoices.some((issued) => issued.kind === kind) || (kind === "credit" && invoices.length === 0)) return null;
  const known = await world.sellers.find(order.publisherId);
  const { instructions: _, ...seller } = known ?? UNKNOWN_SELLER;
  const document: InvoiceDocument = {
    seller: known === null ? { ...seller, legalName: publisher.displayName } : seller,
    buyer: order.billing ?? { name: instance.name, address: "", taxId: "" },
    plugin: { name: plugin.name, displayName: plugin.displayName },
    tier: order.tier,
    kind: order.kind,
    termDays: order.termDays,
    listPrice: order.listPrice,
    discount: order.discount,
  };
  return { id: `inv_${crockford(world.chance.bytes(17), 26)}`, kind, document };
}
const UNKNOWN_SELLER = { legalName: "", address: "", taxId: "", taxNote: "", instructions: "" };

const WEBHOOK_OF: { readonly [state in Settlement["state"]]?: NonNullable<PaymentCommit["webhook"]>["event"] } = {
  paid: "payment.completed",
  failed: "payment.failed",
  refunded: "payment.refunded",
  charged_back: "payment.refunded",
  disputed: "payment.disputed",
};

function webhookOf(order: Order, { state, paidAt }: Settlement): PaymentCommit["webhook"] {
  const event = WEBHOOK_OF[state];
  if (event === undefined) return null;
  // A dispute that was won is no second payment.
  if (event === "payment.completed" && order.state === "disputed" && order.paidAt !== null) return null;
  return {
    event,
    data: {
      orderId: order.id,
      pluginId: order.pluginId,
      userId: order.userId,
      type: order.tier,
      kind: order.kind,
      amount: order.amount,
      currency: order.currency,
      ...(order.licenseId === null ? {} : { licenseId: order.licenseId }),
      ...(paidAt === null ? {} : { paidAt: isoTime(paidAt) }),
    },
  };
}
