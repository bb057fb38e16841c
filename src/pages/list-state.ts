import { paths } from "../contract/paths.ts";
import {
  type Category,
  PERMISSIONS,
  type Permission,
  PLUGIN_TYPES,
  type PluginType,
} from "../domain/manifest/permissions.ts";
import { parseVersion } from "../domain/release/version.ts";
import {
  PRICE_KINDS,
  type PriceKind,
  SEARCH_SORTS,
  type SearchQuery,
  type SearchSort,
} from "../market/catalogue/search-ports.ts";
import { knownCategory } from "./words/codes.ts";

export const PAGE_SIZE = 20;
const MAX_QUERY_LENGTH = 100;
const MAX_PAGE = 5000;

export const RATINGS = [4, 3, 2] as const;
/** Days. */
export const UPDATED = [30, 90, 365] as const;

/** What the address of `/plugins` says. */
export interface ListState {
  readonly query: string;
  readonly type: PluginType | undefined;
  readonly category: Category | undefined;
  readonly tag: string | undefined;
  readonly price: PriceKind | undefined;
  readonly rating: (typeof RATINGS)[number] | undefined;
  readonly permission: Permission | undefined;
  readonly noNetwork: boolean;
  readonly noPersonalData: boolean;
  readonly verified: boolean;
  readonly updated: (typeof UPDATED)[number] | undefined;
  /** The visitor's version of Rising-BSM. */
  readonly app: string | undefined;
  readonly sort: SearchSort;
  /** From 1. */
  readonly page: number;
}

export const EVERYTHING: ListState = {
  query: "",
  type: undefined,
  category: undefined,
  tag: undefined,
  price: undefined,
  rating: undefined,
  permission: undefined,
  noNetwork: false,
  noPersonalData: false,
  verified: false,
  updated: undefined,
  app: undefined,
  sort: "relevance",
  page: 1,
};

/** Reads the address. Anything unknown, repeated or malformed falls back to its default: a visitor never sees a refusal. */
export function parseListState(search: URLSearchParams): ListState {
  const tag = search.get("tag") ?? "";
  const page = search.get("page") ?? "";
  const app = search.get("app")?.trim() ?? "";
  return {
    query: boundedText(search.get("query") ?? ""),
    type: PLUGIN_TYPES.find((type) => type === search.get("type")),
    category: knownCategory(search.get("category") ?? ""),
    tag: /^[a-z0-9][a-z0-9-]{1,29}$/.test(tag) ? tag : undefined,
    price: PRICE_KINDS.find((kind) => kind === search.get("price")),
    rating: RATINGS.find((rating) => String(rating) === search.get("rating")),
    permission: PERMISSIONS.find((code) => code === search.get("permission")),
    noNetwork: search.get("network") === "none",
    noPersonalData: search.get("personal") === "none",
    verified: search.get("verified") === "yes",
    updated: UPDATED.find((days) => String(days) === search.get("updated")),
    app: app !== "" && parseVersion(app) !== null ? app : undefined,
    sort: SEARCH_SORTS.find((sort) => sort === search.get("sort")) ?? "relevance",
    page: /^[1-9][0-9]{0,3}$/.test(page) ? Math.min(Number(page), MAX_PAGE) : 1,
  };
}

/** The fields of a state as the address spells them, defaults left out. */
export function listFields(state: ListState): readonly (readonly [name: string, value: string])[] {
  const fields: readonly (readonly [string, string | number | undefined | false])[] = [
    ["query", state.query],
    ["type", state.type],
    ["category", state.category],
    ["tag", state.tag],
    ["price", state.price],
    ["rating", state.rating],
    ["permission", state.permission],
    ["network", state.noNetwork && "none"],
    ["personal", state.noPersonalData && "none"],
    ["verified", state.verified && "yes"],
    ["updated", state.updated],
    ["app", state.app],
    ["sort", state.sort === "relevance" ? undefined : state.sort],
    ["page", state.page > 1 ? state.page : undefined],
  ];
  return fields.flatMap(([name, value]) => (value ? [[name, String(value)] as const] : []));
}

/** The canonical address of a state; `change` returns to the first page unless it names one. */
export function listPath(state: ListState, change: Partial<ListState> = {}): string {
  const search = new URLSearchParams(
    listFields({ ...state, page: 1, ...change }).map(([name, value]) => [name, value]),
  );
  const text = search.toString();
  return text === "" ? paths.plugins() : `${paths.plugins()}?${text}`;
}

/** Whether anything but sorting narrows the list. */
export function isFiltered(state: ListState): boolean {
  return listFields({ ...state, sort: "relevance", page: 1 }).length > 0;
}

export function toSearchQuery(state: ListState): SearchQuery {
  return {
    text: state.query === "" ? undefined : state.query,
    type: state.type,
    category: state.category,
    tag: state.tag,
    price: state.price,
    permission: state.permission,
    noNetwork: state.noNetwork || undefined,
    noPersonalData: state.noPersonalData || undefined,
    verified: state.verified || undefined,
    minRating: state.rating,
    updatedWithin: state.updated,
    appVersion: state.app,
    sort: state.sort,
    direction: state.sort === "name" ? "asc" : "desc",
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
