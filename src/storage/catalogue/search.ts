import type { Sight } from "../../market/catalogue/ports.ts";
import type { CatalogueQuery, PluginCard } from "../../market/catalogue/views.ts";
import { CARD_FROM, CARD_SELECT, type CardRow, readCard } from "./rows.ts";

/** Exactly the condition of the partial indexes: only then may SQLite use them. */
const VISIBLE = "p.listed = 1 AND p.latest_release_id IS NOT NULL";

/** Every order exists as an index; the tie-break turns with the direction, so one index serves both. */
const ORDER = {
  name: { column: "p.name", tie: "" },
  downloads: { column: "p.downloads", tie: "p.name" },
  rating: { column: "p.rating", tie: "p.name" },
  createdAt: { column: "p.created_at", tie: "p.name" },
} as const satisfies Record<CatalogueQuery["sort"], { column: string; tie: string }>;

/** One page. Without text it is read from an index and its total from counters, at any size of the catalogue. */
export async function searchPlugins(
  db: D1Database,
  query: CatalogueQuery,
  sight: Sight,
): Promise<{ items: readonly PluginCard[]; total: number }> {
  const { where, values, isCountable } = conditions(query, sight);
  const { column, tie } = ORDER[query.sort];
  const [forward, backward] = query.direction === "asc" ? ["ASC", "DESC"] : ["DESC", "ASC"];
  const order = tie === "" ? `${column} ${forward}` : `${column} ${forward}, ${tie} ${backward}`;
  // The page is cut before anything is joined: twenty rows of the index, then their publisher and release.
  const page = db
    .prepare(
      `${CARD_SELECT} FROM (SELECT p.* FROM plugins p WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?) p
       ${CARD_FROM.replace("FROM plugins p", "")} ORDER BY ${order}`,
    )
    .bind(...values, query.limit, (query.page - 1) * query.limit);
  const total = isCountable
    ? countByCounters(db, query)
    : db.prepare(`SELECT count(*) AS total FROM plugins p WHERE ${where}`).bind(...values);
  const [rows, counted] = await db.batch<CardRow & { total: number }>([page, total]);
  return { items: (rows?.results ?? []).map(readCard), total: counted?.results[0]?.total ?? 0 };
}

type Value = string | number;

function conditions(query: CatalogueQuery, sight: Sight): { where: string; values: Value[]; isCountable: boolean } {
  const parts: string[] = [];
  const values: Value[] = [];
  const add = (sql: string, ...bound: Value[]) => {
    parts.push(sql);
    values.push(...bound);
  };
  const isPublic = query.status === undefined || query.status === "approved";
  if (isPublic) add(VISIBLE);
  else addOwn(query.status, sight, add);
  if (query.type !== undefined) add("p.type = ?", query.type);
  if (query.category !== undefined) add("p.category = ?", query.category);
  if (query.minRating !== undefined && query.minRating > 0) add("p.rating >= ?", query.minRating);
  if (query.authorId !== undefined) add("p.publisher_id = ?", Number(query.authorId));
  if (query.tag !== undefined) add("p.id IN (SELECT plugin_id FROM plugin_tags WHERE tag = ?)", query.tag);
  if (query.text !== undefined && query.text !== "") addText(query.text, add);
  const isWhole = Number.isInteger(query.minRating ?? 0);
  const isCountable =
    isPublic && isWhole && query.authorId === undefined && query.tag === undefined && (query.text ?? "") === "";
  return { where: parts.join(" AND "), values, isCountable };
}

/** Plugins that are not approved: the newest release says what they are. Strangers find none. */
function addOwn(status: CatalogueQuery["status"], sight: Sight, add: (sql: string, ...bound: Value[]) => void): void {
  const states = {
    pending: "'staged','scanning'",
    review: "'review'",
    rejected: "'rejected'",
    suspended: "'blocked'",
    approved: "'published','deprecated','yanked'",
  }[status ?? "approved"];
  add(
    `p.latest_release_id IS NULL AND (SELECT n.state FROM releases n WHERE n.plugin_id = p.id ORDER BY n.id DESC LIMIT 1) IN (${states})`,
  );
  if (sight.all) return;
  add("p.publisher_id IN (SELECT value FROM json_each(?))", JSON.stringify(sight.publisherIds.map(Number)));
  if (sight.names !== null) add("p.name IN (SELECT value FROM json_each(?))", JSON.stringify(sight.names));
}

/** Contains-match without case, or an exact tag. `instr`, never LIKE: D1 bounds patterns at 50 bytes, and % is a letter here. */
function addText(text: string, add: (sql: string, ...bound: Value[]) => void): void {
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

function countByCounters(db: D1Database, query: CatalogueQuery): D1PreparedStatement {
  const parts = ["stars >= ?"];
  const values: Value[] = [query.minRating ?? 0];
  if (query.type !== undefined) {
    parts.push("type = ?");
    values.push(query.type);
  }
  if (query.category !== undefined) {
    parts.push("category = ?");
    values.push(query.category);
  }
  return db
    .prepare(`SELECT coalesce(sum(count), 0) AS total FROM catalogue_counts WHERE ${parts.join(" AND ")}`)
    .bind(...values);
}
