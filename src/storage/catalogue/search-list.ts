import type { SearchIndex } from "../../market/catalogue/search-ports.ts";
import type { CatalogueQuery, PluginCard } from "../../market/catalogue/views.ts";
import { countableParts, countStatement, hostFilter, isCounted, where } from "./search-filter.ts";

/** Every order exists as an index; the tie-break turns with the direction, so one index serves both. */
const ORDER = {
  name: null,
  downloads: "c.downloads",
  rating: "c.rating",
  createdAt: "c.created_at",
} as const satisfies Record<CatalogueQuery["sort"], string | null>;

/** The host's list: one page read from an index, its total from counters where no text and no tag narrows it. */
export async function listCards(search: D1Database, query: CatalogueQuery): ReturnType<SearchIndex["list"]> {
  const filter = hostFilter(query);
  const order = orderBy(ORDER[query.sort], query.direction);
  const page = search
    .prepare(`SELECT c.card FROM cards c WHERE ${where(filter)} ORDER BY ${order} LIMIT ? OFFSET ?`)
    .bind(...filter.values, query.limit, (query.page - 1) * query.limit);
  const total = isCounted(query, filter, countableParts(query))
    ? countStatement(search, query)
    : search.prepare(`SELECT count(*) AS total FROM cards c WHERE ${where(filter)}`).bind(...filter.values);
  const [rows, counted] = await search.batch<{ card: string; total: number }>([page, total]);
  return {
    items: (rows?.results ?? []).map(({ card }) => readStoredCard(card)),
    total: counted?.results[0]?.total ?? 0,
  };
}

/** `null` orders by name alone. */
export function orderBy(column: string | null, direction: "asc" | "desc"): string {
  const [forward, backward] = direction === "asc" ? ["ASC", "DESC"] : ["DESC", "ASC"];
  return column === null ? `c.name ${forward}` : `${column} ${forward}, c.name ${backward}`;
}

/** A card as the projection wrote it. */
export function readStoredCard(text: string): PluginCard {
  return JSON.parse(text);
}

/** Categories and tags of all cards, most used first. */
export async function countCards(search: D1Database): ReturnType<SearchIndex["counts"]> {
  const [categories, tags, plugins] = await search.batch<{ name: string; count: number }>([
    search.prepare(
      `SELECT category AS name, sum(count) AS count FROM card_counts
       GROUP BY category HAVING sum(count) > 0 ORDER BY count DESC, name`,
    ),
    search.prepare(
      `SELECT value AS name, count FROM facet_counts WHERE facet = 'tag' AND count > 0 ORDER BY count DESC, name LIMIT 200`,
    ),
    search.prepare("SELECT 'all' AS name, coalesce(sum(count), 0) AS count FROM card_counts"),
  ]);
  return {
    categories: categories?.results ?? [],
    tags: tags?.results ?? [],
    plugins: plugins?.results[0]?.count ?? 0,
  };
}
