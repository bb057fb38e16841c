import type { ActionRequest, ActionStore, InstanceMode } from "../../market/execution/pull-ports.ts";

const MAX_ERROR = 300;

interface ActionRow {
  readonly id: string;
  readonly activation_id: string;
  readonly installation_id: string;
  readonly execution_id: string;
  readonly plugin: string;
  readonly method: string;
  readonly request: string;
  readonly created_at: number;
}

export function createActionStore(db: D1Database): ActionStore {
  return {
    async mode(instanceId) {
      const row = await db
        .prepare("SELECT mode FROM instance_modes WHERE instance_id = ?1")
        .bind(Number(instanceId))
        .first<{ mode: InstanceMode }>();
      return row?.mode ?? "push";
    },

    async setMode(instanceId, mode, now) {
      await db
        .prepare(
          `INSERT INTO instance_modes (instance_id, mode, changed_at) VALUES (?1, ?2, ?3)
           ON CONFLICT (instance_id) DO UPDATE SET mode = ?2, changed_at = ?3 WHERE mode <> ?2`,
        )
        .bind(Number(instanceId), mode, now)
        .run();
    },

    async keep(action, maxWaiting, now) {
      const [, kept] = await db.batch<{ id: string }>([
        db
          .prepare(
            `INSERT INTO actions (id, seq, instance_id, activation_id, execution_id, plugin, method, request, state, created_at)
             SELECT ?1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM actions), ?2, ?3, ?4, ?5, ?6, ?7, 'queued', ?8
             WHERE (SELECT COUNT(*) FROM actions WHERE instance_id = ?2 AND state = 'queued') < ?9
             ON CONFLICT (id) DO NOTHING`,
          )
          .bind(
            action.id,
            Number(action.instanceId),
            action.activationId,
            action.executionId,
            action.plugin,
            action.method,
            JSON.stringify(action.request),
            now,
            maxWaiting,
          ),
        db.prepare("SELECT id FROM actions WHERE id = ?1").bind(action.id),
      ]);
      return kept?.results.length === 1;
    },

    async waiting(instanceId, limit, now) {
      const { results } = await db
        .prepare(
          `UPDATE actions SET fetched_at = ?3 WHERE id IN
             (SELECT id FROM actions WHERE instance_id = ?1 AND state = 'queued' ORDER BY seq LIMIT ?2)
           RETURNING id, seq, activation_id, execution_id, plugin, method, request, created_at,
             (SELECT installation_id FROM activations a WHERE a.id = activation_id) AS installation_id`,
        )
        .bind(Number(instanceId), limit, now)
        .all<ActionRow & { seq: number }>();
      return results
        .toSorted((a, b) => a.seq - b.seq)
        .map((row) => ({
          id: row.id,
          instanceId,
          activationId: row.activation_id,
          installationId: row.installation_id,
          executionId: row.execution_id,
          plugin: row.plugin,
          method: row.method,
          request: JSON.parse(row.request) as ActionRequest,
          createdAt: row.created_at,
        }));
    },

    async acknowledge(instanceId, results, now) {
      const [, known] = await db.batch<{ id: string }>([
        db
          .prepare(
            `UPDATE actions SET state = iif(json_extract(r.value, '$.ok'), 'done', 'failed'), ended_at = ?3, request = NULL,
               status = json_extract(r.value, '$.status'), error = substr(json_extract(r.value, '$.error'), 1, ${MAX_ERROR})
             FROM json_each(?2) r
             WHERE actions.id = json_extract(r.value, '$.id') AND actions.instance_id = ?1 AND actions.state = 'queued'`,
          )
          .bind(Number(instanceId), JSON.stringify(results), now),
        db
          .prepare(
            `SELECT a.id FROM json_each(?2) r JOIN actions a ON a.id = json_extract(r.value, '$.id') WHERE a.instance_id = ?1`,
          )
          .bind(Number(instanceId), JSON.stringify(results)),
      ]);
      return (known?.results ?? []).map(({ id }) => id);
    },

    async expire(before, now) {
      await db
        .prepare(
          `UPDATE actions SET state = 'expired', ended_at = ?2, request = NULL WHERE state = 'queued' AND created_at < ?1`,
        )
        .bind(before, now)
        .run();
    },
  };
}
