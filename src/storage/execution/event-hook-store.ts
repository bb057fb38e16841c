import type { EventHookStore } from "../../market/execution/pull-ports.ts";

export function createEventHookStore(db: D1Database): EventHookStore {
  return {
    async rotate(instanceId, sha256, previousUntil, now) {
      await db
        .prepare(
          `INSERT INTO event_hooks (instance_id, secret_sha256, created_at, rotated_at) VALUES (?1, ?2, ?4, ?4)
           ON CONFLICT (instance_id) DO UPDATE SET previous_sha256 = secret_sha256, previous_until = ?3,
             secret_sha256 = ?2, rotated_at = ?4`,
        )
        .bind(Number(instanceId), sha256, previousUntil, now)
        .run();
    },

    async drop(instanceId) {
      const { meta } = await db
        .prepare("DELETE FROM event_hooks WHERE instance_id = ?1")
        .bind(Number(instanceId))
        .run();
      return meta.changes === 1;
    },

    async find(sha256, now) {
      const row = await db
        .prepare(
          `SELECT h.instance_id FROM event_hooks h JOIN instances i ON i.id = h.instance_id
           WHERE (h.secret_sha256 = ?1 OR (h.previous_sha256 = ?1 AND h.previous_until > ?2)) AND i.state = 'active'`,
        )
        .bind(sha256, now)
        .first<{ instance_id: number }>();
      return row === null ? null : String(row.instance_id);
    },
  };
}
