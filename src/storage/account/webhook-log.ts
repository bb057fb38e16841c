import { and, desc, eq, lt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { DeliveryLog, LoggedDelivery } from "../../market/license/delivery-log-ports.ts";
import { webhookOutbox } from "./schema.ts";

/** What an instance was sent and is owed. */
export function createDeliveryLog(db: D1Database): DeliveryLog {
  async function find(instanceId: string, deliveryId: string): Promise<LoggedDelivery | null> {
    const row = await drizzle(db)
      .select()
      .from(webhookOutbox)
      .where(and(eq(webhookOutbox.id, Number(deliveryId)), eq(webhookOutbox.instanceId, Number(instanceId))))
      .get();
    return row === undefined ? null : deliveryOf(row);
  }
  return {
    async list(instanceId, before, limit) {
      const ofInstance = eq(webhookOutbox.instanceId, Number(instanceId));
      const rows = await drizzle(db)
        .select()
        .from(webhookOutbox)
        .where(before === null ? ofInstance : and(ofInstance, lt(webhookOutbox.id, Number(before))))
        .orderBy(desc(webhookOutbox.id))
        .limit(limit);
      return rows.map(deliveryOf);
    },
    async replay(instanceId, deliveryId, now) {
      await db.batch([
        db
          .prepare(
            `UPDATE webhook_outbox SET state = 'queued', attempts = 0, not_before = ?3, replayed_at = ?3, delivered_at = NULL
            WHERE id = ?1 AND instance_id = ?2 AND state IN ('delivered', 'dead')`,
          )
          .bind(Number(deliveryId), Number(instanceId), now),
        db
          .prepare(
            `UPDATE instances SET webhook_paused_at = NULL, webhook_failures = 0 WHERE id = ?2 AND webhook_paused_at IS NOT NULL
              AND EXISTS (SELECT 1 FROM webhook_outbox w WHERE w.id = ?1 AND w.instance_id = ?2)`,
          )
          .bind(Number(deliveryId), Number(instanceId)),
      ]);
      return find(instanceId, deliveryId);
    },
  };
}

function deliveryOf(row: typeof webhookOutbox.$inferSelect): LoggedDelivery {
  const { event, sequence, state, attempts, lastStatus, notBefore, createdAt, deliveredAt } = row;
  return {
    id: String(row.id),
    instanceId: String(row.instanceId),
    event,
    subjectKind: row.subjectKind as LoggedDelivery["subjectKind"],
    subjectId: row.subjectId === null ? null : String(row.subjectId),
    sequence,
    state: state as LoggedDelivery["state"],
    attempts,
    lastStatus,
    notBefore,
    createdAt,
    deliveredAt,
  };
}
