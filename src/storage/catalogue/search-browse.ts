import { type RankingFacts, type ScoreParts, scoreOf } from "../../domain/catalogue/ranking.ts";
import { DAY } from "../../domain/time.ts";
import type { FoundCards, SearchKey, SearchQuery, SearchSort } from "../../market/catalogue/search-ports.ts";
import { countableParts, countStatement, type Filter, facetFilter, isCounted, where } from "./search-filter.ts";
import { orderBy, readStoredCard } from "./search-list.ts";
import type { CardFacts } from "./search-rows.ts";
import { allWords, anyWord } from "./search-words.ts";

/** Above it a combination that no counter knows is not counted to its end. */
const MAX_COUNTED = 10_000;

const COLUMN = {
  relevance: "c.rank",
  downloads: "c.downloads",
  rating: "c.rating",
  createdAt: "c.created_at",
  updated: "c.released_at",
  name: null,
} as const satisfies Record<SearchSort, string | null>;

interface BrowsedRow {
  readonly name: string;
  readonly value: number | string;
  readonly facts: string;
  readonly card: string;
}

/** A page in the order of a column: twenty rows of an index, from a page's offset or from where the last one ended. */
export async function browseCards(
  search: D1Database,
  query: SearchQuery,
  after: SearchKey | null,
  day: number,
): Promise<FoundCards> {
  const filter = facetFilter(query, day);
  const text = (query.text ?? "").trim();
  if (text === "") return browse(search, query, filter, after, day, "all");
  for (const [match, expression] of [
    ["words", allWords(text)],
    ["any", anyWord(text)],
  ] as const) {
    if (expression === null) break;
    const matching = {
      parts: [...filter.parts, "c.id IN (SELECT rowid FROM words WHERE words MATCH ?)"],
      values: [...filter.values, expression],
    };
    const found = await browse(search, query, matching, after, day, match);
    if (found.total > 0) return found;
  }
  return { items: [], total: 0, isTotalExact: true, match: "any", next: null };
}

async function browse(
  search: D1Database,
  query: SearchQuery,
  filter: Filter,
  after: SearchKey | null,
  day: number,
  match: FoundCards["match"],
): Promise<FoundCards> {
  const column = COLUMN[query.sort];
  const direction = query.sort === "relevance" ? "desc" : query.direction;
  const from = keyset(column, direction, after);
  const conditions = [where(filter), ...from.parts].join(" AND ");
  const page = search
    .prepare(
      `SELECT c.name, ${column ?? "c.name"} AS value, c.facts, c.card FROM cards c WHERE ${conditions}
       ORDER BY ${orderBy(column, direction)} LIMIT ? OFFSET ?`,
    )
    .bind(...filter.values, ...from.values, query.limit + 1, after === null ? (query.page - 1) * query.limit : 0);
  const isByCounters = isCounted(query, filter, countableParts(query));
  const total = isByCounters
    ? countStatement(search, query)
    : search
        .prepare(
          `SELECT count(*) AS total FROM (SELECT 1 FROM cards c WHERE ${where(filter)} LIMIT ${MAX_COUNTED + 1})`,
        )
        .bind(...filter.values);
  const [rows, counted] = await search.batch<BrowsedRow & { total: number }>([page, total]);
  const found = (rows?.results ?? []).slice(0, query.limit);
  const last = (rows?.results.length ?? 0) > query.limit ? found.at(-1) : undefined;
  const count = counted?.results[0]?.total ?? 0;
  return {
    items: found.map((row) => ({
      card: readStoredCard(row.card),
      excerpt: null,
      score: query.sort === "relevance" ? scoreWithoutText(row.facts, day) : null,
    })),
    total: isByCounters ? count : Math.min(count, MAX_COUNTED),
    isTotalExact: isByCounters || count <= MAX_COUNTED,
    match,
    next: last === undefined ? null : { value: last.value, name: last.name, day },
  };
}

/** Rows after the key, in the order of the index that serves both directions. */
function keyset(column: string | null, direction: "asc" | "desc", after: SearchKey | null): Filter {
  if (after === null) return { parts: [], values: [] };
  const [beyond, tie] = direction === "asc" ? [">", "<"] : ["<", ">"];
  if (column === null) return { parts: [`c.name ${beyond} ?`], values: [after.name] };
  return {
    parts: [`${column} ${beyond}= ?`, `(${column} ${beyond} ? OR c.name ${tie} ?)`],
    values: [after.value, after.value, after.name],
  };
}

function scoreWithoutText(text: string, day: number): ScoreParts {
  const { ranking } = readFacts(text);
  return scoreOf(0, ranking, day * DAY);
}

/** Facts as the projection wrote them. */
export function readFacts(text: string): CardFacts & { readonly ranking: RankingFacts } {
  return JSON.parse(text);
}
