import type { LifecycleState } from "../../domain/execution/lifecycle.ts";
import { LIFECYCLE_ORDER } from "../../domain/execution/retry.ts";
import { hookRunName } from "../../domain/execution/run-names.ts";
import type { LifecycleStore, ToldInstallation } from "../../market/execution/run-ports.ts";

interface ToldRow {
  readonly id: string;
  readonly instance_id: number;
  readonly plugin_id: number;
  readonly server_sha256: string | null;
  readonly version: string;
  readonly epoch: number;
  readonly state: LifecycleState["state"];
  readonly told_state: LifecycleState["state"] | null;
  readonly told_version: string;
  readonly told_epoch: number;
  readonly told_rev: number;
}

export function createLifecycleStore(db: D1Database): LifecycleStore {
  return {
    async movedSince(since, limit) {
      const { results } = await db
        .prepare(
          `SELECT a.id, MAX(e.at) AS at FROM license_events e JOIN activations a ON a.license_id = e.license_id
             AND (e.activation_id IS NULL OR a.id = e.activation_id)
           WHERE e.at >= ?1 AND (a.released_at IS NULL OR a.released_at >= ?1)
           GROUP BY a.id ORDER BY MAX(e.at) LIMIT ?2`,
        )
        .bind(since, limit)
        .all<{ id: string; at: number }>();
      return results.map(({ id, at }) => ({ activationId: id, at }));
    },

    async after(activationId, limit) {
      const { results } = await db
        .prepare("SELECT id FROM activations WHERE id > ?1 ORDER BY id LIMIT ?2")
        .bind(activationId, limit)
        .all<{ id: string }>();
      return results.map(({ id }) => id);
    },

    async read(activationIds) {
      const { results } = await db
        .prepare(
          `SELECT a.id, a.instance_id, l.plugin_id, r.server_sha256, a.version, l.epoch,
             iif(a.released_at IS NOT NULL, 'released', iif(a.paused_at IS NULL, 'active', 'paused')) AS state,
             t.state AS told_state, t.version AS told_version, t.epoch AS told_epoch, t.rev AS told_rev
           FROM json_each(?1) j JOIN activations a ON a.id = j.value JOIN licenses l ON l.id = a.license_id
           LEFT JOIN releases r ON r.plugin_id = l.plugin_id AND r.version = a.version AND r.state <> 'rejected'
           LEFT JOIN lifecycle_told t ON t.activation_id = a.id`,
        )
        .bind(JSON.stringify(activationIds))
        .all<ToldRow>();
      return results.map(toldOf);
    },

    async tell(told, hooks, op, now) {
      const rev = (told.told?.rev ?? 0) + 1;
      const { activationId, instanceId, pluginId } = told;
      const { state, version, epoch } = told.now;
      const [written] = await db.batch<{ op: string }>([
        db
          .prepare(
            `INSERT INTO lifecycle_told (activation_id, state, version, epoch, rev, op, told_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (activation_id) DO UPDATE SET state = ?2, version = ?3, epoch = ?4, rev = ?5, op = ?6, told_at = ?7
               WHERE rev = ?5 - 1
             RETURNING op`,
          )
          .bind(activationId, state, version, epoch, rev, op, now),
        ...hooks.map(({ hook, from, executionId }) =>
          db
            .prepare(
              `INSERT INTO executions (id, activation_id, instance_id, plugin_id, version, kind, event_id, event_name, outcome, created_at, order_key)
               SELECT ?1, ?2, ?3, ?4, ?5, 'lifecycle', ?6, ?7, 'queued', ?8, '${LIFECYCLE_ORDER}'
               FROM lifecycle_told t WHERE t.activation_id = ?2 AND t.op = ?9 ON CONFLICT DO NOTHING`,
            )
            .bind(
              executionId,
              activationId,
              Number(instanceId),
              Number(pluginId),
              version,
              hookRunName(hook, rev, from),
              hook,
              now,
              op,
            ),
        ),
      ]);
      return written?.results.length === 1;
    },

    async mark(name) {
      const row = await db.prepare("SELECT mark FROM sweep_marks WHERE name = ?1").bind(name).first<{ mark: string }>();
      return row?.mark ?? null;
    },

    async setMark(name, mark) {
      await db
        .prepare("INSERT INTO sweep_marks (name, mark) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET mark = ?2")
        .bind(name, mark)
        .run();
    },
  };
}

function toldOf(row: ToldRow): ToldInstallation {
  return {
    activationId: row.id,
    instanceId: String(row.instance_id),
    pluginId: String(row.plugin_id),
    moduleSha256: row.server_sha256,
    told:
      row.told_state === null
        ? null
        : { state: row.told_state, version: row.told_version, epoch: row.told_epoch, rev: row.told_rev },
    now: { state: row.state, version: row.version, epoch: row.epoch },
  };
}
