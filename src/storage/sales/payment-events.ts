import type { ProviderName } from "../../domain/sales/order.ts";
import type { PaymentFact } from "../../domain/sales/payments.ts";
import type { OrderStore, PaymentCommit } from "../../market/sales/ports.ts";

export async function paymentsOf(
  db: D1Database,
  orderId: string,
  provider: ProviderName,
  paymentRef: string | null,
): Promise<readonly PaymentFact[]> {
  const { results } = await db
    .prepare(
      `SELECT e.event_id AS eventId, e.kind, e.at, e.amount, e.currency FROM payment_events e WHERE ${mine("?1", "?2", "?3")}`,
    )
    .bind(orderId, provider, paymentRef)
    .all<PaymentFact>();
  return results;
}

/** Events that name the order, or its payment. The plus keeps the planner from reading all events of a provider. */
function mine(order: string, provider: string, payment: string): string {
  return `e.order_id = ${order} OR (e.payment_ref = ${payment} AND +e.provider = ${provider})`;
}

const INSERT_EVENT = `INSERT INTO payment_events (provider, event_id, order_id, payment_ref, kind, at, amount, currency, note,
  actor, received_at)`;

export async function keepPayment(db: D1Database, event: Parameters<OrderStore["keep"]>[0]): Promise<void> {
  await db
    .prepare(`${INSERT_EVENT} SELECT ?1, ?2, NULL, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE 1 ON CONFLICT DO NOTHING`)
    .bind(event.provider, event.fact.eventId, event.paymentRef, ...eventValues(event))
    .run();
}

/**
 * The event, the state all events come to, the invoice and the webhook, or nothing: written only where the order is as it was
 * read and no event came in between. ?1 order, ?2 provider, ?3 event, ?4 payment.
 */
export async function commitPayment(db: D1Database, commit: PaymentCommit): ReturnType<OrderStore["commit"]> {
  const { order, provider, paymentRef, fact, now } = commit;
  const written = "EXISTS (SELECT 1 FROM orders o WHERE o.id = ?1 AND o.last_op = ?2 AND o.rev = ?3)";
  const isWritten = [order.id, commit.op, order.rev + 1] as const;
  const results = await db.batch<{ id: number }>([
    db
      .prepare(
        `${INSERT_EVENT} SELECT ?2, ?3, ?1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
        WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = ?1 AND o.rev = ?12)
          AND (SELECT COUNT(*) FROM payment_events e WHERE ${mine("?1", "?2", "?4")}) = ?13
        ON CONFLICT (provider, event_id) DO UPDATE SET order_id = ?1 WHERE order_id IS NULL`,
      )
      .bind(order.id, provider, fact.eventId, paymentRef, ...eventValues(commit), order.rev, commit.seen),
    db
      .prepare(
        `UPDATE orders SET state = ?2, attention = ?3, paid_at = ?4, refunded = ?5, payment_ref = COALESCE(payment_ref, ?6),
          rev = rev + 1, last_op = ?7, updated_at = ?8
        WHERE id = ?1 AND rev = ?9 AND changes() = 1`,
      )
      .bind(
        order.id,
        commit.state,
        commit.attention,
        commit.paidAt,
        commit.refunded,
        paymentRef,
        isWritten[1],
        now,
        order.rev,
      ),
    db
      .prepare(
        `UPDATE payment_events SET order_id = ?1 WHERE payment_ref = ?5 AND +provider = ?4 AND order_id IS NULL AND ${written}`,
      )
      .bind(...isWritten, provider, paymentRef),
    ...(commit.invoice === null ? [] : [insertInvoice(db, commit, commit.invoice, written, isWritten)]),
    ...(commit.webhook === null
      ? []
      : [
          db
            .prepare(
              `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, data, not_before, created_at)
              SELECT ?4, ?5, 'other', NULL, ?6, ?7, ?7 WHERE ${written} RETURNING id`,
            )
            .bind(
              ...isWritten,
              Number(order.instanceId),
              commit.webhook.event,
              JSON.stringify(commit.webhook.data),
              now,
            ),
        ]),
  ]);
  if (results[1]?.meta.changes !== 1) return null;
  const webhookId = commit.webhook === null ? undefined : results.at(-1)?.results[0]?.id;
  return { webhookId: webhookId === undefined ? null : String(webhookId) };
}

function eventValues({ fact, note, actor, now }: Parameters<OrderStore["keep"]>[0]): (string | number | null)[] {
  return [fact.kind, fact.at, fact.amount, fact.currency, note, actor, now];
}

/** Numbered in the statement that writes it: no gaps, no number twice. */
function insertInvoice(
  db: D1Database,
  { order, now }: PaymentCommit,
  invoice: NonNullable<PaymentCommit["invoice"]>,
  written: string,
  isWritten: readonly [string, string, number],
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO invoices (publisher_id, number, id, order_id, kind, amount, currency, document, issued_at)
      SELECT ?4, (SELECT COALESCE(MAX(v.number), 0) + 1 FROM invoices v WHERE v.publisher_id = ?4), ?5, ?1, ?6, ?7, ?8, ?9, ?10
      WHERE ${written} AND NOT EXISTS (SELECT 1 FROM invoices w WHERE w.order_id = ?1 AND w.kind = ?6)`,
    )
    .bind(
      ...isWritten,
      Number(order.publisherId),
      invoice.id,
      invoice.kind,
      invoice.kind === "credit" ? -order.amount : order.amount,
      order.currency,
      JSON.stringify(invoice.document),
      now,
    );
}
