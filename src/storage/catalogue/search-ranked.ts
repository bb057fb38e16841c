import { CLOSE_MARK, foldText, OPEN_MARK } from "../../domain/catalogue/highlight.ts";
import {
  compareScores,
  FIELD_WEIGHTS,
  LEAST_LIKENESS,
  type ScoreParts,
  scoreOf,
  textOf,
  textOfLikeness,
} from "../../domain/catalogue/ranking.ts";
import { likenessOfNames } from "../../domain/catalogue/trigrams.ts";
import { DAY } from "../../domain/time.ts";
import {
  type FoundCards,
  MAX_CANDIDATES,
  type MatchKind,
  type SearchKey,
  type SearchQuery,
} from "../../market/catalogue/search-ports.ts";
import { readFacts } from "./search-browse.ts";
import { type Filter, facetFilter, where } from "./search-filter.ts";
import { readStoredCard } from "./search-list.ts";
import { allWords, anyTrigram, anyWord } from "./search-words.ts";

/** Names that are looked at letter by letter when no word matched: those that share most trigrams. */
const MAX_LOOKED_AT = 200;
const { name, display, tags, summary, publisher, readme } = FIELD_WEIGHTS;
const BM25 = `bm25(words, ${[name, display, tags, summary, publisher, readme].join(", ")})`;

interface CandidateRow {
  readonly id: number;
  readonly name: string;
  readonly display: string;
  readonly display_folded: string;
  readonly is_verified: number;
  readonly facts: string;
  readonly bm25: number;
}

interface Ranked {
  readonly id: number;
  readonly name: string;
  readonly score: ScoreParts;
}

export interface Candidates {
  readonly rows: readonly CandidateRow[];
  readonly match: Exclude<MatchKind, "all">;
  /** MATCH expression that found them; null for likeness. */
  readonly expression: string | null;
}

/** A page in the order of the public formula. Candidates come from the index, their score is computed here. */
export async function rankCards(
  search: D1Database,
  query: SearchQuery,
  after: SearchKey | null,
  day: number,
): Promise<FoundCards> {
  const text = (query.text ?? "").trim();
  const filter = facetFilter(query, day);
  const candidates = await findCandidates(search, text, filter);
  const ranked = candidates.rows.flatMap((row) => rank(row, text, candidates.match, day)).sort(compareScores);
  const from = after === null ? (query.page - 1) * query.limit : placeAfter(ranked, after);
  const page = ranked.slice(from, from + query.limit);
  const last = from + query.limit < ranked.length ? page.at(-1) : undefined;
  return {
    items: await readPage(search, page, candidates.expression),
    total: ranked.length,
    isTotalExact: candidates.rows.length < MAX_CANDIDATES,
    match: candidates.match,
    next: last === undefined ? null : { value: keyOf(last.score), name: last.name, day },
  };
}

/** All words, else any word, else names of like letters; whoever is called exactly so is always among them. */
export async function findCandidates(search: D1Database, text: string, filter: Filter): Promise<Candidates> {
  const all = allWords(text);
  const exactly = exactStatement(search, text, filter);
  const [first, second] = await search.batch<CandidateRow>(
    all === null ? [exactly] : [exactly, wordsStatement(search, all, filter)],
  );
  const exact = first?.results ?? [];
  const found = second?.results ?? [];
  if (found.length > 0) return { rows: withExact(found, exact), match: "words", expression: all };
  const any = anyWord(text);
  const trigrams = anyTrigram(text);
  if (any === null) return { rows: exact, match: "similar", expression: null };
  const [some, alike] = await search.batch<CandidateRow>([
    wordsStatement(search, any, filter),
    ...(trigrams === null ? [] : [trigramsStatement(search, trigrams, filter)]),
  ]);
  const matching = some?.results ?? [];
  if (matching.length > 0) return { rows: withExact(matching, exact), match: "any", expression: any };
  return { rows: withExact(alike?.results ?? [], exact), match: "similar", expression: null };
}

const COLUMNS = `c.id, c.name, c.card ->> '$.displayName' AS display, c.display_folded, c.is_verified, c.facts`;

function exactStatement(search: D1Database, text: string, filter: Filter): D1PreparedStatement {
  return search
    .prepare(
      `SELECT ${COLUMNS}, 0 AS bm25 FROM cards c
       WHERE (c.name = ? OR (c.is_verified = 1 AND c.display_folded = ?)) AND ${where(filter)}`,
    )
    .bind(text.toLowerCase(), foldText(text).trim(), ...filter.values);
}

function wordsStatement(search: D1Database, expression: string, filter: Filter): D1PreparedStatement {
  return search
    .prepare(
      `SELECT ${COLUMNS}, ${BM25} AS bm25 FROM words JOIN cards c ON c.id = words.rowid
       WHERE words MATCH ? AND ${where(filter)} ORDER BY bm25, c.name LIMIT ${MAX_CANDIDATES}`,
    )
    .bind(expression, ...filter.values);
}

function trigramsStatement(search: D1Database, expression: string, filter: Filter): D1PreparedStatement {
  return search
    .prepare(
      `SELECT ${COLUMNS}, bm25(grams) AS bm25 FROM grams JOIN cards c ON c.id = grams.rowid
       WHERE grams MATCH ? AND ${where(filter)} ORDER BY bm25, c.name LIMIT ${MAX_LOOKED_AT}`,
    )
    .bind(expression, ...filter.values);
}

function withExact(rows: readonly CandidateRow[], exact: readonly CandidateRow[]): readonly CandidateRow[] {
  return [...rows, ...exact.filter(({ id }) => rows.every((row) => row.id !== id))];
}

/** Nothing where the letters are not alike enough. */
function rank(row: CandidateRow, text: string, match: Candidates["match"], day: number): Ranked[] {
  const exact = exactnessOf(row, text);
  const like = match === "similar" ? likenessOfNames(text, row.name, row.display) : 1;
  if (like < LEAST_LIKENESS && exact === 0) return [];
  const part = match === "similar" ? textOfLikeness(like) : textOf(row.bm25);
  return [{ id: row.id, name: row.name, score: scoreOf(part, readFacts(row.facts).ranking, day * DAY, exact) }];
}

function exactnessOf(row: CandidateRow, text: string): ScoreParts["exact"] {
  if (row.name === text.toLowerCase()) return 2;
  return row.is_verified === 1 && row.display_folded === foldText(text).trim() ? 1 : 0;
}

/** One number for exactness and score: no score is above 1. */
function keyOf(score: ScoreParts): number {
  return score.exact * 2 + score.score;
}

function placeAfter(ranked: readonly Ranked[], after: SearchKey): number {
  const value = Number(after.value);
  const at = ranked.findIndex(
    ({ name, score }) => keyOf(score) < value || (keyOf(score) === value && name > after.name),
  );
  return at < 0 ? ranked.length : at;
}

/** Cards of a page, and of each readme the piece where words of the query stand, still marked. */
async function readPage(
  search: D1Database,
  page: readonly Ranked[],
  expression: string | null,
): Promise<FoundCards["items"]> {
  const ids = JSON.stringify(page.map(({ id }) => id));
  const cards = search.prepare("SELECT id, card FROM cards WHERE id IN (SELECT value FROM json_each(?))").bind(ids);
  const pieces = search
    .prepare(
      `SELECT rowid AS id, snippet(words, 5, ?2, ?3, '…', 24) AS excerpt FROM words
       WHERE words MATCH ?4 AND rowid IN (SELECT value FROM json_each(?1))`,
    )
    .bind(ids, OPEN_MARK, CLOSE_MARK, expression);
  const [read, marked] = await search.batch<{ id: number; card: string; excerpt: string }>(
    expression === null ? [cards] : [cards, pieces],
  );
  const byId = new Map(read?.results.map(({ id, card }) => [id, card]));
  const excerpts = new Map(marked?.results.map(({ id, excerpt }) => [id, excerpt]));
  return page.flatMap(({ id, score }) => {
    const card = byId.get(id);
    return card === undefined ? [] : [{ card: readStoredCard(card), excerpt: excerpts.get(id) ?? null, score }];
  });
}
