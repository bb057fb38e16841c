import { paths } from "../contract/paths.ts";
import { type Category, PLUGIN_TYPES, type PluginType } from "../domain/manifest/permissions.ts";
import type { CatalogueQuery } from "../market/catalogue/views.ts";
import { knownCategory } from "./words/codes.ts";

export const PAGE_SIZE = 20;
const MAX_QUERY_LENGTH = 100;
const MAX_PAGE = 5000;

export const SORTS = {
  downloads: { label: "Most downloaded", direction: "desc" },
  rating: { label: "Best rated", direction: "desc" },
  createdAt: { label: "Newest first", direction: "desc" },
  name: { label: "Name A–Z", direction: "asc" },
} as const satisfies Record<CatalogueQuery["sort"], { label: string; direction: "asc" | "desc" }>;

export const RATINGS = [4, 3, 2] as const;

/** What the address of `/plugins` says. */
export interface ListState {
  readonly query: string;
  readonly type: PluginType | undefined;
  readonly category: Category | undefined;
  readonly tag: string | undefined;
  readonly rating: number | undefined;
  readonly sort: CatalogueQuery["sort"];
  /** From 1. */
  readonly page: number;
}

export const EVERYTHING: ListState = {
  query: "",
  type: undefined,
  category: undefined,
  tag: undefined,
  rating: undefined,
  sort: "downloads",
  page: 1,
};

/** Reads the address. Anything unknown, repeated or malformed falls back to its default: a visitor never sees a refusal. */
export function parseListState(search: URLSearchParams): ListState {
  const tag = search.get("tag") ?? "";
  const page = search.get("page") ?? "";
  return {
    query: boundedText(search.get("query") ?? ""),
    type: PLUGIN_TYPES.find((type) => type === search.get("type")),
    category: knownCategory(search.get("category") ?? ""),
    tag: /^[a-z0-9][a-z0-9-]{1,29}$/.test(tag) ? tag : undefined,
    rating: RATINGS.find((rating) => String(rating) === search.get("rating")),
    sort: (Object.keys(SORTS) as (keyof typeof SORTS)[]).find((sort) => sort === search.get("sort")) ?? "downloads",
    page: /^[1-9][0-9]{0,3}$/.test(page) ? Math.min(Number(page), MAX_PAGE) : 1,
  };
}

/** The canonical address of a state, defaults left out; `change` returns to the first page unless it names one. */
export function listPath(state: ListState, change: Partial<ListState> = {}): string {
  const next = { ...state, page: 1, ...change };
  const search = new URLSearchParams();
  if (next.query !== "") search.set("query", next.query);
  if (next.type) search.set("type", next.type);
  if (next.category) search.set("category", next.category);
  if (next.tag) search.set("tag", next.tag);
  if (next.rating) search.set("rating", String(next.rating));
  if (next.sort !== "downloads") search.set("sort", next.sort);
  if (next.page > 1) search.set("page", String(next.page));
  const text = search.toString();
  return text === "" ? paths.plugins() : `${paths.plugins()}?${text}`;
}

/** Whether anything but sorting narrows the list. */
export function isFiltered(state: ListState): boolean {
  return Boolean(state.query || state.type || state.category || state.tag || state.rating);
}

export function toCatalogueQuery(state: ListState): CatalogueQuery {
  return {
    text: state.query === "" ? undefined : state.query,
    type: state.type,
    category: state.category,
    tag: state.tag,
    minRating: state.rating,
    sort: state.sort,
    direction: SORTS[state.sort].direction,
    page: state.page,
    limit: PAGE_SIZE,
  };
}

/** Control characters become spaces; lone surrogates are replaced; at most 100 characters. */
function boundedText(text: string): string {
  return Array.from(
    text
      .toWellFormed()
      .replace(/\p{Cc}+/gu, " ")
      .trim(),
  )
    .slice(0, MAX_QUERY_LENGTH)
    .join("")
    .trim();
}
