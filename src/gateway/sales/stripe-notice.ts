import type { Stripe } from "stripe";
import type { PaymentKind } from "../../domain/sales/payments.ts";
import type { PaymentNotice } from "../../market/sales/ports.ts";

/** What an event of Stripe says about the money of an order; null: nothing that we act on. */
export function noticeOf(event: Stripe.Event): PaymentNotice | null {
  switch (event.type) {
    case "checkout.session.completed":
      // Unpaid: a bank transfer or the like follows, and an event of its own.
      return event.data.object.payment_status === "unpaid" ? null : ofSession(event, event.data.object, "paid");
    case "checkout.session.async_payment_succeeded":
      return ofSession(event, event.data.object, "paid");
    case "checkout.session.async_payment_failed":
      return ofSession(event, event.data.object, "failed");
    case "charge.refunded": {
      const charge = event.data.object;
      return notice(event, charge.refunded ? "refunded" : "partly_refunded", {
        orderId: charge.metadata?.order ?? null,
        payment: charge.payment_intent,
        amount: charge.amount_refunded,
        currency: charge.currency,
        note: "",
      });
    }
    case "charge.dispute.created":
      return ofDispute(event, event.data.object, "dispute_opened");
    case "charge.dispute.closed": {
      const dispute = event.data.object;
      return ofDispute(event, dispute, dispute.status === "lost" ? "dispute_lost" : "dispute_won");
    }
    default:
      return null;
  }
}

function ofSession(event: Stripe.Event, session: Stripe.Checkout.Session, kind: PaymentKind): PaymentNotice {
  return notice(event, kind, {
    orderId: session.metadata?.order ?? session.client_reference_id,
    payment: session.payment_intent,
    amount: session.amount_total,
    currency: session.currency,
    note: session.id,
  });
}

function ofDispute(event: Stripe.Event, dispute: Stripe.Dispute, kind: PaymentKind): PaymentNotice {
  return notice(event, kind, {
    orderId: null,
    payment: dispute.payment_intent,
    amount: dispute.amount,
    currency: dispute.currency,
    note: dispute.reason,
  });
}

function notice(
  event: Stripe.Event,
  kind: PaymentKind,
  of: {
    orderId: string | null;
    payment: string | { readonly id: string } | null;
    amount: number | null;
    currency: string | null;
    note: string;
  },
): PaymentNotice {
  return {
    fact: {
      eventId: event.id,
      kind,
      at: event.created,
      amount: of.amount,
      currency: of.currency?.toUpperCase() ?? null,
    },
    orderId: of.orderId,
    paymentRef: typeof of.payment === "string" ? of.payment : (of.payment?.id ?? null),
    note: of.note,
  };
}
