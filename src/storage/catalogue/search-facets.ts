import { LEAST_RATINGS, UPDATED_WITHIN } from "../../domain/catalogue/card-facets.ts";
import { versionSort } from "../../domain/release/version.ts";
import { DAY } from "../../domain/time.ts";
import {
  FACETS,
  type FacetName,
  MAX_CANDIDATES,
  type SearchFacets,
  type SearchQuery,
} from "../../market/catalogue/search-ports.ts";
import type { Facet } from "../../market/catalogue/views.ts";
import { readFacts } from "./search-browse.ts";
import { facetFilter, where } from "./search-filter.ts";
import { allWords, anyWord } from "./search-words.ts";

/** Of tags, so many are shown. */
const MAX_VALUES = 40;

/** Which field of the query a facet is chosen with: a facet counts as if nothing were chosen in itself. */
const CHOSEN_BY = {
  type: "type",
  category: "category",
  tag: "tag",
  price: "price",
  permission: "permission",
  network: "noNetwork",
  personal: "noPersonalData",
  verified: "verified",
  rating: "minRating",
  updated: "updatedWithin",
  fits: "appVersion",
} as const satisfies Record<FacetName, keyof SearchQuery>;

type Counts = ReadonlyMap<string, number>;

/**
 * Counts of every facet under the query's text and its other choices. Where nothing is chosen they come from counters; else
 * from the plugins themselves, of which at most {@link MAX_CANDIDATES} are looked at.
 */
export async function countSearchFacets(search: D1Database, query: SearchQuery, day: number): Promise<SearchFacets> {
  const isNarrowed = (query.text ?? "").trim() !== "" || query.publisher !== undefined || isAnyChosen(query);
  const counted = isNarrowed ? await countCandidates(search, query, day) : await countAll(search, query, day);
  const facets = Object.fromEntries(FACETS.map((name) => [name, sorted(counted.counts[name])]));
  return { facets: facets as Record<FacetName, Facet[]>, isExact: counted.isExact };
}

function isAnyChosen(query: SearchQuery): boolean {
  return Object.values(CHOSEN_BY).some((field) => field !== "appVersion" && query[field] !== undefined);
}

interface Counted {
  readonly counts: Record<FacetName, Counts>;
  readonly isExact: boolean;
}

interface CandidateRow {
  readonly type: string;
  readonly category: string;
  readonly rating: number;
  readonly released_at: number;
  readonly min_app_sort: string;
  readonly max_app_sort: string | null;
  readonly is_verified: number;
  readonly no_network: number;
  readonly no_personal: number;
  readonly facts: string;
}

/** Looks at each plugin that the text and the publisher let in, and counts it where its other choices hold. */
async function countCandidates(search: D1Database, query: SearchQuery, day: number): Promise<Counted> {
  const rows = await readCandidates(search, query, day);
  const app = query.appVersion === undefined ? null : versionSort(query.appVersion);
  const counts = emptyCounts();
  for (const row of rows) {
    const values = valuesOf(row, day, app);
    const missing = FACETS.filter((name) => !isChosen(query, name, values));
    for (const name of FACETS)
      if (missing.every((other) => other === name)) for (const value of values[name]) count(counts[name], value);
  }
  return { counts, isExact: rows.length < MAX_CANDIDATES };
}

async function readCandidates(search: D1Database, query: SearchQuery, day: number): Promise<readonly CandidateRow[]> {
  const text = (query.text ?? "").trim();
  const { publisher } = query;
  const filter = facetFilter({ publisher, sort: "relevance", direction: "desc", page: 1, limit: 1 }, day);
  const select = `SELECT c.type, c.category, c.rating, c.released_at, c.min_app_sort, c.max_app_sort, c.is_verified,
    c.no_network, c.no_personal, c.facts FROM cards c`;
  if (text === "")
    return (
      await search
        .prepare(`${select} WHERE ${where(filter)} ORDER BY c.rank DESC, c.name LIMIT ${MAX_CANDIDATES}`)
        .bind(...filter.values)
        .all<CandidateRow>()
    ).results;
  for (const expression of [allWords(text), anyWord(text)]) {
    if (expression === null) return [];
    const { results } = await search
      .prepare(
        `${select} WHERE c.id IN (SELECT rowid FROM words WHERE words MATCH ?) AND ${where(filter)} LIMIT ${MAX_CANDIDATES}`,
      )
      .bind(expression, ...filter.values)
      .all<CandidateRow>();
    if (results.length > 0) return results;
  }
  return [];
}

function valuesOf(row: CandidateRow, day: number, app: string | null): Record<FacetName, readonly string[]> {
  const { tags, permissions, prices } = readFacts(row.facts);
  const fits = app !== null && row.min_app_sort <= app && (row.max_app_sort === null || row.max_app_sort >= app);
  return {
    type: [row.type],
    category: [row.category],
    tag: tags,
    price: prices,
    permission: permissions,
    network: row.no_network === 1 ? ["none"] : [],
    personal: row.no_personal === 1 ? ["none"] : [],
    verified: row.is_verified === 1 ? ["yes"] : [],
    rating: LEAST_RATINGS.filter((least) => row.rating >= least).map(String),
    updated: UPDATED_WITHIN.filter((days) => row.released_at >= (day - days) * DAY).map(String),
    fits: fits ? ["yes"] : [],
  };
}

/** Whether what is chosen in a facet, if anything is, holds for a plugin of these values. */
function isChosen(query: SearchQuery, name: FacetName, values: Record<FacetName, readonly string[]>): boolean {
  const choice = query[CHOSEN_BY[name]];
  if (choice === undefined || choice === false) return true;
  if (typeof choice === "boolean" || name === "fits") return values[name].length > 0;
  return values[name].includes(String(choice));
}

/** Nothing is chosen: counters know everything but what time or the reader's version decides. */
async function countAll(search: D1Database, query: SearchQuery, day: number): Promise<Counted> {
  const app = query.appVersion === undefined ? null : versionSort(query.appVersion);
  const [kinds, facets, updated, fitting] = await search.batch<Record<string, number | string>>([
    search.prepare("SELECT type, category, stars, count FROM card_counts WHERE count > 0"),
    search.prepare("SELECT facet, value, count FROM facet_counts WHERE count > 0"),
    search
      .prepare(
        `SELECT d.value AS value, (SELECT count(*) FROM cards WHERE released_at >= (?1 - d.value) * ${DAY}) AS count
         FROM json_each(?2) d`,
      )
      .bind(day, JSON.stringify(UPDATED_WITHIN)),
    search
      .prepare(
        `SELECT count(*) AS count FROM cards WHERE ?1 IS NOT NULL AND min_app_sort <= ?1
           AND (max_app_sort IS NULL OR max_app_sort >= ?1)`,
      )
      .bind(app),
  ]);
  const counts = emptyCounts();
  for (const row of kinds?.results ?? []) {
    count(counts.type, String(row.type), Number(row.count));
    count(counts.category, String(row.category), Number(row.count));
    for (const least of LEAST_RATINGS)
      if (Number(row.stars) >= least) count(counts.rating, String(least), Number(row.count));
  }
  for (const row of facets?.results ?? []) {
    const name = FACETS.find((known) => known === row.facet);
    if (name !== undefined) count(counts[name], String(row.value), Number(row.count));
  }
  for (const row of updated?.results ?? []) count(counts.updated, String(row.value), Number(row.count));
  count(counts.fits, "yes", Number(fitting?.results[0]?.count ?? 0));
  return { counts, isExact: true };
}

function emptyCounts(): Record<FacetName, Map<string, number>> {
  return Object.fromEntries(FACETS.map((name) => [name, new Map<string, number>()])) as Record<
    FacetName,
    Map<string, number>
  >;
}

function count(counts: Map<string, number>, value: string, by = 1): void {
  if (by > 0) counts.set(value, (counts.get(value) ?? 0) + by);
}

function sorted(counts: Counts): Facet[] {
  return [...counts]
    .map(([name, number]) => ({ name, count: number }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_VALUES);
}
