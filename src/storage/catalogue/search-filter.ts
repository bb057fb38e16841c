import { versionSort } from "../../domain/release/version.ts";
import { DAY } from "../../domain/time.ts";
import type { SearchQuery } from "../../market/catalogue/search-ports.ts";
import type { CatalogueQuery } from "../../market/catalogue/views.ts";
import { lowerText } from "./search-rows.ts";

type Value = string | number;

/** Conditions on `cards c`; values are bound in order. */
export interface Filter {
  readonly parts: readonly string[];
  readonly values: readonly Value[];
}

export function where({ parts }: Filter): string {
  return parts.length === 0 ? "1" : parts.join(" AND ");
}

/** The host's filters, contains-match included. */
export function hostFilter(query: CatalogueQuery): Filter {
  const { add, filter } = collect();
  addCommon(query, add);
  if (query.authorId !== undefined) add("c.publisher_id = ?", Number(query.authorId));
  const needle = lowerText(query.text ?? "");
  // Three letters are a trigram; shorter texts are looked for in the cards. Never LIKE: 50 bytes bound its patterns.
  if ([...needle].length >= 3)
    add(
      `c.id IN (SELECT rowid FROM grams WHERE grams MATCH ? UNION ALL
         SELECT card_id FROM card_facets WHERE facet = 'tag' AND value = ?)`,
      quoted(needle),
      needle,
    );
  else if (needle !== "")
    add(
      "(instr(c.folded, ?) > 0 OR c.id IN (SELECT card_id FROM card_facets WHERE facet = 'tag' AND value = ?))",
      needle,
      needle,
    );
  return filter;
}

/** What people choose besides their words. `without` leaves one choice out. */
export function facetFilter(query: SearchQuery, day: number): Filter {
  const { add, filter } = collect();
  addCommon(query, add);
  if (query.price !== undefined) add(`c.${{ free: "is_free", trial: "has_trial", paid: "is_paid" }[query.price]} = 1`);
  if (query.permission !== undefined)
    add("c.id IN (SELECT card_id FROM card_facets WHERE facet = 'permission' AND value = ?)", query.permission);
  if (query.noNetwork) add("c.no_network = 1");
  if (query.noPersonalData) add("c.no_personal = 1");
  if (query.verified) add("c.is_verified = 1");
  if (query.publisher !== undefined) add("c.publisher = ?", query.publisher);
  if (query.updatedWithin !== undefined) add("c.released_at >= ?", (day - query.updatedWithin) * DAY);
  if (query.appVersion !== undefined) {
    const sort = versionSort(query.appVersion);
    add("c.min_app_sort <= ? AND (c.max_app_sort IS NULL OR c.max_app_sort >= ?)", sort, sort);
  }
  return filter;
}

/** A text as one string of a MATCH expression: its quotes are doubled, nothing in it is an operator. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

type Add = (sql: string, ...bound: Value[]) => void;

function collect(): { add: Add; filter: Filter } {
  const parts: string[] = [];
  const values: Value[] = [];
  return {
    add: (sql, ...bound) => {
      parts.push(sql);
      values.push(...bound);
    },
    filter: { parts, values },
  };
}

type Common = Pick<CatalogueQuery, "type" | "category" | "tag" | "minRating">;

function addCommon(query: Common, add: Add): void {
  if (query.type !== undefined) add("c.type = ?", query.type);
  if (query.category !== undefined) add("c.category = ?", query.category);
  if (query.minRating !== undefined && query.minRating > 0) add("c.rating >= ?", query.minRating);
  if (query.tag !== undefined)
    add("c.id IN (SELECT card_id FROM card_facets WHERE facet = 'tag' AND value = ?)", query.tag);
}

/** Whether counters know the total of these filters alone. */
export function isCounted({ minRating }: Common, filter: Filter, counted: number): boolean {
  return filter.parts.length === counted && Number.isInteger(minRating ?? 0);
}

/** Total of type, category and whole stars, from counters. */
export function countStatement(search: D1Database, query: Common): D1PreparedStatement {
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
  return search
    .prepare(`SELECT coalesce(sum(count), 0) AS total FROM card_counts WHERE ${parts.join(" AND ")}`)
    .bind(...values);
}

/** How many of the filter's parts type, category and rating make. */
export function countableParts({ type, category, minRating }: Common): number {
  return Number(type !== undefined) + Number(category !== undefined) + Number((minRating ?? 0) > 0);
}
