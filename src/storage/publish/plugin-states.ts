import type { PluginMove, PluginStates } from "../../market/publish/plugin-state-ports.ts";

/** From which states each one is reached. */
const FROM = {
  active: ["deprecated", "archived"],
  deprecated: ["active"],
  archived: ["active", "deprecated"],
  removed: ["active", "deprecated", "archived", "quarantined"],
} as const satisfies Record<PluginMove["to"], readonly string[]>;

/** Whole plugins, on D1. */
export function pluginStatesOnD1(db: D1Database): PluginStates {
  return {
    async find(pluginId) {
      const row = await db
        .prepare("SELECT id, name, publisher_id, state FROM plugins WHERE id = ?")
        .bind(Number(pluginId))
        .first<{ id: number; name: string; publisher_id: number; state: string }>();
      if (row === null) return null;
      return { id: String(row.id), name: row.name, publisherId: String(row.publisher_id), state: row.state };
    },
    async judgeReplacement(pluginId, replacement) {
      const row = await db
        .prepare(
          `WITH RECURSIVE chain (id) AS (
             SELECT id FROM plugins WHERE name = ?2
             UNION SELECT p.id FROM chain JOIN plugin_notices n ON n.plugin_id = chain.id JOIN plugins p ON p.name = n.replacement)
           SELECT EXISTS (SELECT 1 FROM plugins WHERE name = ?2 AND latest_release_id IS NOT NULL) AS is_there,
             EXISTS (SELECT 1 FROM chain WHERE id = ?1) AS is_cycle`,
        )
        .bind(Number(pluginId), replacement)
        .first<{ is_there: number; is_cycle: number }>();
      if (row?.is_cycle === 1) return "cycle";
      return row?.is_there === 1 ? null : "absent";
    },
    async notice(pluginId) {
      return db
        .prepare("SELECT message, replacement FROM plugin_notices WHERE plugin_id = ?")
        .bind(Number(pluginId))
        .first<{ message: string; replacement: string | null }>();
    },
    move: (move, at) => movePlugin(db, move, at),
  };
}

async function movePlugin(db: D1Database, move: PluginMove, at: number): Promise<boolean> {
  const { to, notice, reason, accountId } = move;
  const id = Number(move.pluginId);
  const removable = `AND NOT EXISTS (SELECT 1 FROM releases r WHERE r.plugin_id = plugins.id
    AND r.state IN ('published', 'deprecated', 'yanked'))`;
  const data = JSON.stringify({ ...(notice ?? {}), ...(reason === null ? {} : { reason }) });
  const [moved] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE plugins SET state = ?2, rev = rev + 1, updated_at = ?3
         WHERE id = ?1 AND state IN (${FROM[to].map((state) => `'${state}'`).join(", ")})
           AND NOT EXISTS (SELECT 1 FROM plugin_suspensions s WHERE s.plugin_id = ?1 AND s.by_desk = 1 AND ?2 <> 'removed')
           ${to === "removed" ? removable : ""} RETURNING id`,
      )
      .bind(id, to, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, ?3, 'plugin', CAST(id AS TEXT), ?4 FROM plugins WHERE id = ?5 AND changes() = 1`,
      )
      .bind(at, accountId, `plugin.${to}`, data, id),
    db
      .prepare(
        "INSERT INTO changes (at, kind, subject, data) SELECT ?1, ?2, name, ?3 FROM plugins WHERE id = ?4 AND changes() = 1",
      )
      .bind(at, `plugin.${to}`, data, id),
    ...(notice === null
      ? [db.prepare("DELETE FROM plugin_notices WHERE plugin_id = ?1 AND changes() = 1").bind(id)]
      : [
          db
            .prepare(
              `INSERT INTO plugin_notices (plugin_id, message, replacement, at) SELECT ?1, ?2, ?3, ?4 WHERE changes() = 1
               ON CONFLICT DO UPDATE SET message = ?2, replacement = ?3, at = ?4`,
            )
            .bind(id, notice.message, notice.replacement, at),
        ]),
    ...(to === "removed"
      ? [
          // Names are never given away again, except back to whom they were taken from.
          db
            .prepare(
              `INSERT INTO reserved_names (name, kind, publisher_id, at) SELECT name, 'tombstone', publisher_id, ?2 FROM plugins
               WHERE id = ?1 AND state = 'removed' ON CONFLICT DO NOTHING`,
            )
            .bind(id, at),
        ]
      : []),
  ]);
  return moved?.results.length === 1;
}
