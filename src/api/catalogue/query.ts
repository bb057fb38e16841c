import type * as z from "zod";
import type { CATALOGUE_OPERATIONS } from "../../contract/catalogue/operations.ts";
import { PLUGIN_TYPES } from "../../domain/manifest/permissions.ts";
import { HOST_STATUSES } from "../../domain/release/states.ts";
import type { CatalogueQuery } from "../../market/catalogue/views.ts";

export const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
/** Beyond it nothing is ever shown, and no offset grows past what is worth counting. */
const MAX_PAGE = 100_000;

type ListQuery = z.output<(typeof CATALOGUE_OPERATIONS)["listPlugins"]["query"]>;
type Word = ListQuery["query"];

/**
 * The host's words: `sortDirection` wins over `sortOrder`; an unknown `sortBy` is newest first, none is most downloaded.
 * Null: a filter names something that cannot exist, so nothing is found.
 */
export function readQuery(query: ListQuery): CatalogueQuery | null {
  const typeText = given(query.type);
  const type = PLUGIN_TYPES.find((known) => known === typeText);
  const statusText = given(query.status);
  const status = HOST_STATUSES.find((known) => known === statusText);
  const authorId = given(query.authorId);
  const minRating = Number(given(query.minRating) ?? "0");
  if (typeText !== undefined && type === undefined) return null;
  if (statusText !== undefined && status === undefined) return null;
  if (authorId !== undefined && !/^[1-9][0-9]{0,14}$/.test(authorId)) return null;
  return {
    text: given(query.query),
    type,
    category: given(query.category),
    tag: given(query.tag),
    status,
    minRating: Number.isFinite(minRating) && minRating > 0 ? minRating : undefined,
    authorId,
    ...readOrder(query),
    page: pageOf(query.page),
    limit: limitOf(query.limit, DEFAULT_LIMIT),
  };
}

function readOrder(query: ListQuery): Pick<CatalogueQuery, "sort" | "direction"> {
  const sortText = given(query.sortBy);
  const sort = (["name", "downloads", "rating", "createdAt"] as const).find((known) => known === sortText);
  const direction = (given(query.sortDirection) ?? given(query.sortOrder))?.toLowerCase();
  if (sort === undefined) return { sort: sortText === undefined ? "downloads" : "createdAt", direction: "desc" };
  if (direction === "asc" || direction === "desc") return { sort, direction };
  return { sort, direction: sort === "name" ? "asc" : "desc" };
}

export function pageOf(word: Word): number {
  return Math.min(wholeNumber(word) ?? 1, MAX_PAGE);
}

export function limitOf(word: Word, otherwise: number): number {
  return Math.min(wholeNumber(word) ?? otherwise, MAX_LIMIT);
}

/** The first value of a repeated parameter; empty ones were not sent. */
function given(word: Word): string | undefined {
  const text = Array.isArray(word) ? word[0] : word;
  return text === undefined || text === "" ? undefined : text;
}

function wholeNumber(word: Word): number | undefined {
  const text = given(word);
  return text !== undefined && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;
}
