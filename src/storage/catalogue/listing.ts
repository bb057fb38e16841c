import type { Actor, ListingChanges } from "../../market/catalogue/ports.ts";

const COLUMNS = {
  displayName: "display_name",
  description: "description",
  category: "category",
  tags: "tags",
  icon: "icon",
  screenshots: "screenshots",
  pricing: "pricing",
} as const satisfies Record<keyof ListingChanges, string>;

type Field = keyof typeof COLUMNS;

/** One batch: the guarded update, then audit and change feed only if it happened. */
export async function editListing(
  db: D1Database,
  pluginId: string,
  rev: number,
  changes: ListingChanges,
  actor: Actor,
  at: number,
): Promise<boolean> {
  const fields = Object.keys(changes).filter((name): name is Field => name in COLUMNS);
  const values = fields.map((field) => columnValue(changes[field]));
  const sets = fields.map((field) => `${COLUMNS[field]} = ?`);
  const id = Number(pluginId);
  const update = db
    .prepare(
      `UPDATE plugins SET ${[...sets, ""].join(", ")}
         edited = (SELECT json_group_array(value) FROM
           (SELECT value FROM json_each(plugins.edited) UNION SELECT value FROM json_each(?))),
         rev = rev + 1, updated_at = ?
       WHERE id = ? AND rev = ? RETURNING id`,
    )
    .bind(...values, JSON.stringify(fields), at, id, rev);
  const [updated] = await db.batch<{ id: number }>([
    update,
    ...records(db, id, actor, "plugin.edited", { fields }, at),
  ]);
  return (updated?.results.length ?? 0) === 1;
}

/** Off every list; page, licenses and downloads of holders live on. A repeat changes nothing. */
export async function unlistPlugin(db: D1Database, pluginId: string, actor: Actor, at: number): Promise<void> {
  const id = Number(pluginId);
  await db.batch([
    db.prepare("UPDATE plugins SET listed = 0, rev = rev + 1, updated_at = ? WHERE id = ? AND listed = 1").bind(at, id),
    ...records(db, id, actor, "plugin.delisted", {}, at),
  ]);
}

/**
 * `changes()` is that of the statement before: one row, or whoever lost a race would be on record for what it did not do.
 * Audit goes first, for the change feed leaves out what nobody can see.
 */
function records(
  db: D1Database,
  id: number,
  actor: Actor,
  action: string,
  data: { readonly fields?: readonly string[] },
  at: number,
): D1PreparedStatement[] {
  const text = JSON.stringify(data);
  return [
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?, ?, ?, ?, 'plugin', CAST(id AS TEXT), ? FROM plugins WHERE id = ? AND changes() = 1`,
      )
      .bind(at, actor.kind, actor.id, action, text, id),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data)
         SELECT ?, ?, name, ? FROM plugins WHERE id = ? AND changes() = 1 AND latest_release_id IS NOT NULL`,
      )
      .bind(at, action, text, id),
  ];
}

function columnValue(value: ListingChanges[Field]): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
