import type { WatchedRow } from "../../domain/execution/derive.ts";
import type { WatchStore } from "../../market/execution/watch-ports.ts";

export function createWatchStore(db: D1Database): WatchStore {
  return {
    async take(before, limit, now) {
      const { results } = await db
        .prepare(
          `INSERT INTO watched_instances (instance_id, polled_at)
           SELECT i.id, ?3 FROM instances i LEFT JOIN watched_instances w ON w.instance_id = i.id
           WHERE i.state = 'active' AND i.host_api_key_sealed IS NOT NULL AND COALESCE(w.tells_itself, 0) = 0
             AND COALESCE(w.polled_at, 0) <= ?1
             AND NOT EXISTS (SELECT 1 FROM instance_modes m WHERE m.instance_id = i.id AND m.mode = 'pull')
           ORDER BY COALESCE(w.polled_at, 0) LIMIT ?2
           ON CONFLICT (instance_id) DO UPDATE SET polled_at = ?3 WHERE polled_at <= ?1
           RETURNING instance_id`,
        )
        .bind(before, limit, now)
        .all<{ instance_id: number }>();
      return results.map(({ instance_id }) => String(instance_id));
    },

    async seen(instanceId, entity, ids) {
      const { results } = await db
        .prepare(
          `SELECT entity_id AS id, status, assignee FROM watched_rows
           WHERE instance_id = ?1 AND entity = ?2 AND entity_id IN (SELECT value FROM json_each(?3))`,
        )
        .bind(Number(instanceId), entity, JSON.stringify(ids))
        .all<WatchedRow>();
      return results;
    },

    async see(instanceId, entity, rows) {
      if (rows.length === 0) return;
      await db
        .prepare(
          `INSERT INTO watched_rows (instance_id, entity, entity_id, status, assignee)
           SELECT ?1, ?2, json_extract(r.value, '$.id'), json_extract(r.value, '$.status'), json_extract(r.value, '$.assignee')
           FROM json_each(?3) r WHERE TRUE
           ON CONFLICT (instance_id, entity, entity_id) DO UPDATE SET status = excluded.status, assignee = excluded.assignee`,
        )
        .bind(Number(instanceId), entity, JSON.stringify(rows))
        .run();
    },

    async tellsItself(instanceId) {
      await db
        .prepare(
          `INSERT INTO watched_instances (instance_id, polled_at, tells_itself) VALUES (?1, 0, 1)
           ON CONFLICT (instance_id) DO UPDATE SET tells_itself = 1 WHERE tells_itself = 0`,
        )
        .bind(Number(instanceId))
        .run();
    },

    async isToldByInstance(instanceId) {
      const row = await db
        .prepare("SELECT tells_itself FROM watched_instances WHERE instance_id = ?1")
        .bind(Number(instanceId))
        .first<{ tells_itself: number }>();
      return row?.tells_itself === 1;
    },
  };
}
