import type { Sight } from "../../market/catalogue/ports.ts";
import type { CatalogueQuery, PluginCard } from "../../market/catalogue/views.ts";
import { CARD_FROM, CARD_SELECT, type CardRow, readCard } from "./rows.ts";

const ORDER = {
  name: "p.name",
  downloads: "p.downloads",
  rating: "p.rating",
  createdAt: "p.created_at",
} as const satisfies Record<CatalogueQuery["sort"], string>;

/**
 * Plugins that are not approved, for those who may know of them: the newest release says what they are. Strangers find none.
 * What anybody may see is listed by the search database.
 */
export async function searchOwn(
  db: D1Database,
  query: CatalogueQuery,
  sight: Sight,
): Promise<{ items: readonly PluginCard[]; total: number }> {
  const { where, values } = conditions(query, sight);
  const [forward, backward] = query.direction === "asc" ? ["ASC", "DESC"] : ["DESC", "ASC"];
  const order = query.sort === "name" ? `p.name ${forward}` : `${ORDER[query.sort]} ${forward}, p.name ${backward}`;
  const page = db
    .prepare(`${CARD_SELECT} ${CARD_FROM} WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?`)
    .bind(...values, query.limit, (query.page - 1) * query.limit);
  const total = db.prepare(`SELECT count(*) AS total FROM plugins p WHERE ${where}`).bind(...values);
  const [rows, counted] = await db.batch<CardRow & { total: number }>([page, total]);
  return { items: (rows?.results ?? []).map(readCard), total: counted?.results[0]?.total ?? 0 };
}

type Value = string | number;
type Add = (sql: string, ...bound: Value[]) => void;

const STATES = {
  pending: "'staged','scanning'",
  review: "'review'",
  rejected: "'rejected'",
  suspended: "'blocked'",
  approved: "'published','deprecated','yanked'",
} as const satisfies Record<NonNullable<CatalogueQuery["status"]>, string>;

function conditions(query: CatalogueQuery, sight: Sight): { where: string; values: Value[] } {
  const parts: string[] = [];
  const values: Value[] = [];
  const add: Add = (sql, ...bound) => {
    parts.push(sql);
    values.push(...bound);
  };
  add(
    `p.latest_release_id IS NULL AND (SELECT n.state FROM releases n WHERE n.plugin_id = p.id ORDER BY n.id DESC LIMIT 1)
       IN (${STATES[query.status ?? "approved"]})`,
  );
  if (!sight.all)
    add("p.publisher_id IN (SELECT value FROM json_each(?))", JSON.stringify(sight.publisherIds.map(Number)));
  if (!sight.all && sight.names !== null)
    add("p.name IN (SELECT value FROM json_each(?))", JSON.stringify(sight.names));
  if (query.type !== undefined) add("p.type = ?", query.type);
  if (query.category !== undefined) add("p.category = ?", query.category);
  if (query.minRating !== undefined && query.minRating > 0) add("p.rating >= ?", query.minRating);
  if (query.authorId !== undefined) add("p.publisher_id = ?", Number(query.authorId));
  if (query.tag !== undefined) add("EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = ?)", query.tag);
  if (query.text !== undefined && query.text !== "") addText(query.text, add);
  return { where: parts.join(" AND "), values };
}

/** Contains-match without case, or an exact tag. `instr`, never LIKE: D1 bounds patterns at 50 bytes, and % is a letter here. */
function addText(text: string, add: Add): void {
  const needle = text.toLowerCase();
  add(
    `(instr(${folded("p.name")}, ?) > 0 OR instr(${folded("p.display_name")}, ?) > 0 OR instr(${folded("p.description")}, ?) > 0
      OR EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = ?))`,
    needle,
    needle,
    needle,
    needle,
  );
}

/** SQLite's lower() knows ASCII only; half of our texts are German. */
function folded(column: string): string {
  return `replace(replace(replace(lower(${column}), 'Ä', 'ä'), 'Ö', 'ö'), 'Ü', 'ü')`;
}
