import type { PluginWebhooks } from "../../market/execution/capability-ports.ts";

/** Webhooks that plugins of one instance may have waiting: more means that nobody takes them. */
const MAX_WAITING = 1000;

/** Rows of the outbox that the plugins of an instance owe it; sent, signed and retried like every other webhook. */
export function createPluginWebhooks(db: D1Database): PluginWebhooks {
  return {
    async owe(instanceId, event, data, now) {
      const row = await db
        .prepare(
          `INSERT INTO webhook_outbox (instance_id, event, subject_kind, data, not_before, created_at)
           SELECT ?1, ?2, 'other', ?3, ?4, ?4
           WHERE (SELECT COUNT(*) FROM (SELECT 1 FROM webhook_outbox o WHERE o.subject_kind = 'other'
             AND o.subject_id IS NULL AND o.instance_id = ?1 AND o.state = 'queued' LIMIT ${MAX_WAITING})) < ${MAX_WAITING}
           RETURNING id`,
        )
        .bind(Number(instanceId), event, JSON.stringify(data), now)
        .first<{ id: number }>();
      return row === null ? null : String(row.id);
    },
  };
}
