import type { WebhookEvent } from "../../domain/account/webhook.ts";
import type { Json } from "../../domain/json/json.ts";
import type { PingStore, PulledWebhook, Standing } from "../../market/execution/ping-ports.ts";

/** Written for later and never tried: the host is not to hear of it yet. */
const HELD = "(state = 'queued' AND attempts = 0 AND not_before > ?2)";

export function createPingStore(db: D1Database): PingStore {
  return {
    async standing(installed) {
      const { results } = await db
        .prepare(
          `SELECT CAST(p.id AS TEXT) AS pluginId, p.name, p.state AS pluginState, json_extract(j.value, '$.version') AS version,
             r.state AS releaseState, EXISTS (SELECT 1 FROM blocked_digests b WHERE b.sha256 = r.sha256) AS isBlocked
           FROM json_each(?1) j JOIN plugins p ON p.id = CAST(json_extract(j.value, '$.pluginId') AS INTEGER)
           LEFT JOIN releases r ON r.plugin_id = p.id AND r.version = json_extract(j.value, '$.version')
             AND r.state <> 'rejected'`,
        )
        .bind(JSON.stringify(installed))
        .all<Omit<Standing, "isBlocked"> & { isBlocked: number }>();
      return results.map((row) => ({ ...row, isBlocked: row.isBlocked === 1 }));
    },

    async webhooks(instanceId, since, limit, now) {
      const wanted = since === null ? "state IN ('queued', 'sending')" : "id > ?4";
      const { results } = await db
        .prepare(
          `SELECT id, event, subject_kind, subject_id, sequence, data, created_at, ${HELD} AS held
           FROM webhook_outbox WHERE instance_id = ?1 AND ${wanted} ORDER BY id LIMIT ?3`,
        )
        .bind(Number(instanceId), now, limit, ...(since === null ? [] : [Number(since)]))
        .all<OutboxRow>();
      const held = results.findIndex((row) => row.held === 1);
      return (held === -1 ? results : results.slice(0, held)).map(pulledWebhook);
    },

    async acknowledge(instanceId, upTo, now) {
      const { meta } = await db
        .prepare(
          `UPDATE webhook_outbox SET state = 'delivered', delivered_at = ?2
           WHERE instance_id = ?1 AND id <= ?3 AND state IN ('queued', 'dead') AND NOT ${HELD}`,
        )
        .bind(Number(instanceId), now, Number(upTo))
        .run();
      return meta.changes;
    },
  };
}

interface OutboxRow {
  readonly id: number;
  readonly event: WebhookEvent;
  readonly subject_kind: PulledWebhook["subjectKind"];
  readonly subject_id: number | null;
  readonly sequence: number;
  readonly data: string;
  readonly created_at: number;
  readonly held: number;
}

function pulledWebhook({ id, event, subject_kind, subject_id, sequence, data, created_at }: OutboxRow): PulledWebhook {
  return {
    id: String(id),
    event,
    subjectKind: subject_kind,
    subjectId: subject_id === null ? null : String(subject_id),
    sequence,
    data: JSON.parse(data) as { [key: string]: Json },
    createdAt: created_at,
  };
}
