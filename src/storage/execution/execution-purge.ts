/**
 * The oldest rows by their place: they are written in the order of time, so no index is needed and none costs every run a
 * write. The run that ended last stays: what ends next is numbered after it, and followers resume by number.
 */
export async function purge(db: D1Database, before: number, limit: number): Promise<number> {
  const old = `rowid IN (SELECT rowid FROM executions ORDER BY rowid LIMIT ?2)
    AND outcome NOT IN ('queued', 'running') AND COALESCE(finished_at, created_at) < ?1
    AND end_seq IS NOT (SELECT MAX(end_seq) FROM executions)`;
  const [, gone] = await db.batch([
    db
      .prepare(
        `INSERT INTO execution_counts (activation_id, plugin_id, day, version, kind, outcome, runs, total_ms, max_ms)
         SELECT activation_id, plugin_id, date(finished_at, 'unixepoch'), version, kind, outcome, COUNT(*),
           COALESCE(SUM(duration_ms), 0), COALESCE(MAX(duration_ms), 0)
         FROM executions WHERE ${old} AND end_seq IS NOT NULL
         GROUP BY activation_id, plugin_id, date(finished_at, 'unixepoch'), version, kind, outcome
         ON CONFLICT (activation_id, day, version, kind, outcome) DO UPDATE SET runs = runs + excluded.runs,
           total_ms = total_ms + excluded.total_ms, max_ms = MAX(max_ms, excluded.max_ms)`,
      )
      .bind(before, limit),
    db.prepare(`DELETE FROM executions WHERE ${old}`).bind(before, limit),
    db
      .prepare(
        `DELETE FROM events WHERE (instance_id, id) IN (SELECT e.instance_id, e.id FROM events e WHERE e.created_at < ?1
           AND NOT EXISTS (SELECT 1 FROM executions x WHERE x.instance_id = e.instance_id AND x.event_id = e.id)
           ORDER BY e.created_at LIMIT ?2)`,
      )
      .bind(before, limit),
    db
      .prepare(
        `DELETE FROM actions WHERE seq IN (SELECT seq FROM actions ORDER BY seq LIMIT ?2)
           AND state <> 'queued' AND COALESCE(ended_at, created_at) < ?1`,
      )
      .bind(before, limit),
  ]);
  return gone?.meta.changes ?? 0;
}
