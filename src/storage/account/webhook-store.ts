import type { Json } from "../../domain/json/json.ts";
import type { ClaimedWebhook, WebhookBell, WebhookStore } from "../../market/account/ports.ts";
import { INSTANCE_WEBHOOK_SECRET } from "../../market/account/seal-purposes.ts";
import { SUBSCRIBER_BELL } from "../../market/license/subscriber-ports.ts";

/** `other` rows and rows without a subject are independent of each other. */
const SAME_SUBJECT = `o.instance_id = w.instance_id AND o.subject_kind = w.subject_kind AND o.subject_id = w.subject_id
  AND o.state IN ('queued', 'sending')`;

/** The queue's own limit; a bell that comes early finds a row that is not due and falls silent. */
const MAX_DELAY_SECONDS = 43_200;

interface OutboxRow {
  readonly id: number;
  readonly event: ClaimedWebhook["event"];
  readonly subject_kind: ClaimedWebhook["subjectKind"];
  readonly subject_id: number | null;
  readonly sequence: number;
  readonly data: string;
  readonly attempts: number;
  readonly created_at: number;
  readonly replayed_at: number | null;
  readonly instance_id: number;
}

export function createWebhookStore(db: D1Database): WebhookStore {
  return {
    async claim(deliveryId, now, leaseUntil) {
      const [claimed, instance] = await db.batch([
        db
          .prepare(
            `UPDATE webhook_outbox AS w SET state = 'sending', attempts = attempts + 1, not_before = ?1
             WHERE w.id = ?2 AND w.state = 'queued' AND w.not_before <= ?3
               AND NOT EXISTS (SELECT 1 FROM webhook_outbox o WHERE ${SAME_SUBJECT} AND o.id < w.id)
               AND EXISTS (SELECT 1 FROM instances i WHERE i.id = w.instance_id AND i.webhook_paused_at IS NULL)
             RETURNING id, event, subject_kind, subject_id, sequence, data, attempts, created_at, replayed_at, instance_id`,
          )
          .bind(leaseUntil, Number(deliveryId), now),
        db
          .prepare(
            `SELECT i.webhook_url, i.webhook_secret_sealed, i.api_key
             FROM webhook_outbox w JOIN instances i ON i.id = w.instance_id WHERE w.id = ?`,
          )
          .bind(Number(deliveryId)),
      ]);
      const row = claimed?.results[0] as OutboxRow | undefined;
      if (row === undefined) return null;
      const target = instance?.results[0] as { webhook_url: string; webhook_secret_sealed: string; api_key: string };
      return {
        id: String(row.id),
        event: row.event,
        subjectKind: row.subject_kind,
        subjectId: row.subject_id === null ? null : String(row.subject_id),
        sequence: row.sequence,
        data: JSON.parse(row.data) as { [key: string]: Json },
        attempts: row.attempts,
        createdAt: row.created_at,
        countedFrom: row.replayed_at ?? row.created_at,
        instanceId: String(row.instance_id),
        url: target.webhook_url,
        secret: { purpose: INSTANCE_WEBHOOK_SECRET, row: target.api_key, sealed: target.webhook_secret_sealed },
      };
    },

    async owedAbout(subjectKind, subjectId) {
      const [host, subscribers] = await db.batch<{ id: number; not_before: number }>([
        db
          .prepare(
            // Nobody is rung for an instance whose webhooks rest; the sweep takes them up again.
            `SELECT w.id, w.not_before FROM webhook_outbox w
             JOIN instances i ON i.id = w.instance_id AND i.webhook_paused_at IS NULL
             WHERE w.state = 'queued' AND w.subject_kind = ? AND w.subject_id = ? ORDER BY w.id LIMIT 100`,
          )
          .bind(subjectKind, Number(subjectId)),
        db
          .prepare(
            `SELECT id, not_before FROM license_outbox
             WHERE license_id = ?2 AND state = 'queued' AND ?1 = 'license' ORDER BY id LIMIT 100`,
          )
          .bind(subjectKind, Number(subjectId)),
      ]);
      return [...bellsOf(host, ""), ...bellsOf(subscribers, SUBSCRIBER_BELL)];
    },

    earlierOwed: (deliveryId) => neighbour(db, deliveryId, "o.id < w.id"),
    nextOwed: (deliveryId) => neighbour(db, deliveryId, "o.id > w.id"),

    async delivered(deliveryId, status, now) {
      await db.batch([
        db
          .prepare(`UPDATE webhook_outbox SET state = 'delivered', last_status = ?, delivered_at = ? WHERE id = ?`)
          .bind(status, now, Number(deliveryId)),
        db
          .prepare(
            `UPDATE instances SET webhook_failures = 0
             WHERE webhook_failures > 0 AND id = (SELECT instance_id FROM webhook_outbox WHERE id = ?)`,
          )
          .bind(Number(deliveryId)),
      ]);
    },

    async postpone(deliveryId, status, notBefore) {
      await db
        .prepare(`UPDATE webhook_outbox SET state = 'queued', last_status = ?, not_before = ? WHERE id = ?`)
        .bind(status, notBefore, Number(deliveryId))
        .run();
    },

    async bury(deliveryId, status) {
      await db
        .prepare(`UPDATE webhook_outbox SET state = 'dead', last_status = ? WHERE id = ?`)
        .bind(status, Number(deliveryId))
        .run();
    },

    async countRefusal(instanceId, limit, now) {
      const row = await db
        .prepare(
          `UPDATE instances SET webhook_failures = webhook_failures + 1,
             webhook_paused_at = CASE WHEN webhook_failures + 1 >= ?1 THEN coalesce(webhook_paused_at, ?2)
                                      ELSE webhook_paused_at END
           WHERE id = ?3 RETURNING webhook_paused_at`,
        )
        .bind(limit, now, Number(instanceId))
        .first<{ webhook_paused_at: number | null }>();
      return row !== null && row.webhook_paused_at !== null;
    },

    async sweep(now, deadBefore, limit) {
      const [, , due, , , owed] = await db.batch<{ id: number }>([
        db.prepare(`UPDATE webhook_outbox SET state = 'queued' WHERE state = 'sending' AND not_before <= ?`).bind(now),
        db
          .prepare(
            `UPDATE webhook_outbox SET state = 'dead'
             WHERE state = 'queued' AND COALESCE(replayed_at, created_at) < ? AND attempts > 0`,
          )
          .bind(deadBefore),
        db
          .prepare(
            `SELECT w.id FROM webhook_outbox w JOIN instances i ON i.id = w.instance_id AND i.webhook_paused_at IS NULL
             WHERE w.state = 'queued' AND w.not_before <= ?1
               AND NOT EXISTS (SELECT 1 FROM webhook_outbox o WHERE ${SAME_SUBJECT} AND o.id < w.id)
             ORDER BY w.not_before LIMIT ?2`,
          )
          .bind(now, limit),
        db.prepare(`UPDATE license_outbox SET state = 'queued' WHERE state = 'sending' AND not_before <= ?`).bind(now),
        db
          .prepare(
            `UPDATE license_outbox SET state = 'dead' WHERE state = 'queued' AND created_at < ? AND attempts > 0`,
          )
          .bind(deadBefore),
        db
          .prepare(
            `SELECT w.id FROM license_outbox w JOIN webhook_subscribers s ON s.id = w.subscriber_id AND s.paused_at IS NULL
             WHERE w.state = 'queued' AND w.not_before <= ?1
               AND NOT EXISTS (SELECT 1 FROM license_outbox o WHERE o.subscriber_id = w.subscriber_id
                 AND o.license_id = w.license_id AND o.state IN ('queued', 'sending') AND o.id < w.id)
             ORDER BY w.not_before LIMIT ?2`,
          )
          .bind(now, limit),
      ]);
      return [
        ...(due?.results ?? []).map((row) => String(row.id)),
        ...(owed?.results ?? []).map((row) => `${SUBSCRIBER_BELL}${row.id}`),
      ];
    },
  };
}

function bellsOf(
  result: D1Result<{ id: number; not_before: number }> | undefined,
  prefix: string,
): { readonly id: string; readonly notBefore: number }[] {
  return (result?.results ?? []).map((row) => ({ id: `${prefix}${row.id}`, notBefore: row.not_before }));
}

async function neighbour(
  db: D1Database,
  deliveryId: string,
  side: "o.id < w.id" | "o.id > w.id",
): Promise<{ readonly id: string; readonly notBefore: number } | null> {
  const row = await db
    .prepare(
      `SELECT o.id, o.not_before FROM webhook_outbox w JOIN webhook_outbox o ON ${SAME_SUBJECT} AND ${side}
       WHERE w.id = ? ORDER BY o.id LIMIT 1`,
    )
    .bind(Number(deliveryId))
    .first<{ id: number; not_before: number }>();
  return row && { id: String(row.id), notBefore: row.not_before };
}

/** The queue `WEBHOOKS`. A lost message is rung again by the sweep. */
export function createWebhookBell(queue: Queue<{ readonly deliveryId: string }>): WebhookBell {
  return {
    async ring(deliveryId, delaySeconds = 0) {
      await queue.send({ deliveryId }, { delaySeconds: Math.min(delaySeconds, MAX_DELAY_SECONDS) });
    },
  };
}
