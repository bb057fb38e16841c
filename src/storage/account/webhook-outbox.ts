/*
 * Statements for the batch that makes the change: either both happen or neither. They owe an event about a plugin to
 * instances; the sweep, or `ringWebhooks` after the batch, sends them on their way. Times are Unix seconds. Licenses owe
 * theirs in the license slice, by the same table.
 */

/** The instances that act for the publisher. */
const OF_PUBLISHER = "i.publisher_id = p.publisher_id";
/** And those that hold a license for the plugin. */
const HOLDERS = `(${OF_PUBLISHER} OR EXISTS (SELECT 1 FROM licenses l
  WHERE l.instance_id = i.id AND l.plugin_id = p.id AND l.state <> 'revoked'))`;

function owe(audience: string, data: string, condition: string, at = "?2"): string {
  return `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, data, not_before, created_at)
    SELECT i.id, ?1, 'plugin', p.id, ${data}, ${at}, ${at}
    FROM plugins p JOIN instances i ON i.state = 'active' AND ${audience} WHERE ${condition}`;
}

/** `plugin.suspended` to the publisher's own instances and to all holders, if the statement before this one changed a row. */
export function pluginSuspendedWebhook(
  db: D1Database,
  pluginId: string,
  reason: string,
  at: number,
): D1PreparedStatement {
  const data = "json_object('pluginId', CAST(p.id AS TEXT), 'reason', ?4)";
  return db
    .prepare(owe(HOLDERS, data, "p.id = ?3 AND changes() = 1"))
    .bind("plugin.suspended", at, Number(pluginId), reason);
}

/** `plugin.reviewed` with the new mean, if the statement before this one in the batch changed it. */
export function pluginReviewedWebhook(db: D1Database, pluginId: string, at: number): D1PreparedStatement {
  const data = "json_object('pluginId', CAST(p.id AS TEXT), 'averageRating', round(p.rating, 2))";
  const condition = "p.id = ?3 AND changes() = 1";
  return db.prepare(owe(OF_PUBLISHER, data, condition)).bind("plugin.reviewed", at, Number(pluginId));
}

/** `plugin.downloaded`, now, if the statement before this one in the batch changed a row: counted downloads only. */
export function pluginDownloadedWebhook(db: D1Database, releaseId: string): D1PreparedStatement {
  const data = "json_object('pluginId', CAST(p.id AS TEXT))";
  const condition = "p.id = (SELECT r.plugin_id FROM releases r WHERE r.id = ?2) AND changes() = 1";
  return db.prepare(owe(OF_PUBLISHER, data, condition, "unixepoch()")).bind("plugin.downloaded", Number(releaseId));
}
