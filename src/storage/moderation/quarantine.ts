import type { DeskActor } from "../../market/moderation/ports.ts";

/** One batch: the state, audit, change feed – and by the feed the update roles. What it was is kept in the audit row. */
export async function quarantinePlugin(
  db: D1Database,
  pluginId: string,
  reason: string,
  actor: DeskActor,
  at: number,
): Promise<boolean> {
  const id = Number(pluginId);
  const [, moved] = await db.batch<{ id: number }>([
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, ?2, ?3, 'plugin.quarantined', 'plugin', CAST(id AS TEXT), json_object('from', state, 'reason', ?4)
         FROM plugins WHERE id = ?5 AND state IN ('active', 'deprecated', 'archived')`,
      )
      .bind(at, actor.kind, actor.id, reason, id),
    db
      .prepare(
        `UPDATE plugins SET state = 'quarantined', rev = rev + 1, updated_at = ?2
         WHERE id = ?1 AND state IN ('active', 'deprecated', 'archived') RETURNING id`,
      )
      .bind(id, at),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data) SELECT ?1, 'plugin.quarantined', name, json_object('reason', ?2)
         FROM plugins WHERE id = ?3 AND changes() = 1`,
      )
      .bind(at, reason, id),
  ]);
  return moved?.results.length === 1;
}

/** What was only looked into goes back to what it was; a suspension is another matter. */
export async function releasePlugin(
  db: D1Database,
  pluginId: string,
  reason: string,
  actor: DeskActor,
  at: number,
): Promise<boolean> {
  const id = Number(pluginId);
  const [moved] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1, updated_at = ?2, state = coalesce((SELECT json_extract(a.data, '$.from') FROM audit a
           WHERE a.subject_kind = 'plugin' AND a.subject_id = CAST(?1 AS TEXT) AND a.action = 'plugin.quarantined'
           ORDER BY a.id DESC LIMIT 1), 'active')
         WHERE id = ?1 AND state = 'quarantined' AND NOT EXISTS (SELECT 1 FROM plugin_suspensions s WHERE s.plugin_id = ?1)
         RETURNING id`,
      )
      .bind(id, at),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data) SELECT ?1, 'plugin.released', name, json_object('reason', ?2)
         FROM plugins WHERE id = ?3 AND changes() = 1`,
      )
      .bind(at, reason, id),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, ?2, ?3, 'plugin.released', 'plugin', CAST(id AS TEXT), json_object('reason', ?4)
         FROM plugins WHERE id = ?5 AND changes() = 1`,
      )
      .bind(at, actor.kind, actor.id, reason, id),
  ]);
  return moved?.results.length === 1;
}
