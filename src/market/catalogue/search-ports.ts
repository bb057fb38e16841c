import type { PriceKind } from "../../domain/catalogue/card-facets.ts";

export { PRICE_KINDS, type PriceKind } from "../../domain/catalogue/card-facets.ts";

import type { Range } from "../../domain/catalogue/highlight.ts";
import type { ScoreParts } from "../../domain/catalogue/ranking.ts";
import type { Permission, PluginType } from "../../domain/manifest/permissions.ts";
import type { CatalogueQuery, Facet, PluginCard } from "./views.ts";

/** What people search by. Every string is bounded and every value known; the parser dropped the rest. */
export interface SearchQuery {
  /** ≤ 200 characters. Absent or empty: everything. */
  readonly text?: string | undefined;
  readonly type?: PluginType | undefined;
  readonly category?: string | undefined;
  readonly tag?: string | undefined;
  readonly price?: PriceKind | undefined;
  /** Only plugins that declare it. */
  readonly permission?: Permission | undefined;
  /** Only plugins that reach no host. */
  readonly noNetwork?: boolean | undefined;
  /** Only plugins that see no customers, requests, appointments or users. */
  readonly noPersonalData?: boolean | undefined;
  /** Only publishers whose domain is proven. */
  readonly verified?: boolean | undefined;
  readonly minRating?: number | undefined;
  /** Newest release within that many days. */
  readonly updatedWithin?: number | undefined;
  /** Only plugins whose newest release fits this version of Rising-BSM. */
  readonly appVersion?: string | undefined;
  /** A publisher's handle. */
  readonly publisher?: string | undefined;
  /** `relevance` is the public formula (`/docs/ranking`). */
  readonly sort: SearchSort;
  readonly direction: "asc" | "desc";
  /** Either a page from 1, or a cursor that an answer gave as `next`; the cursor wins. */
  readonly page: number;
  readonly after?: string | undefined;
  /** 1–100. */
  readonly limit: number;
}

export const SEARCH_SORTS = ["relevance", "downloads", "rating", "createdAt", "updated", "name"] as const;
export type SearchSort = (typeof SEARCH_SORTS)[number];

/** `all` = there was no text; else how it was found: every word, any word, or likeness of letters since no word matched. */
export type MatchKind = "all" | "words" | "any" | "similar";

export interface SearchHit {
  readonly card: PluginCard;
  /** Where the words of the query stand, as offsets in UTF-16 units; never markup. */
  readonly highlights: { readonly displayName: readonly Range[]; readonly description: readonly Range[] };
  /** Of the readme, where neither name nor description holds a word of the query. */
  readonly excerpt: { readonly text: string; readonly ranges: readonly Range[] } | null;
  /** Parts of the score for `?explain=1`; null unless the order is relevance. */
  readonly score: ScoreParts | null;
}

export interface SearchPage {
  readonly items: readonly SearchHit[];
  readonly total: number;
  /** False where there are more than `total`: 10,000 of a combination that no counter counts, {@link MAX_CANDIDATES} of a text. */
  readonly isTotalExact: boolean;
  readonly match: MatchKind;
  /** Cursor of the next page; null at the end. Good until the index is rebuilt, then `cursor_expired`. */
  readonly next: string | null;
  readonly page: number;
  readonly limit: number;
}

/**
 * Values and how many plugins carry each, most first, under the other filters of the query. Facets: `type`, `category`, `tag`,
 * `price`, `permission`, `network` (`none`), `personal` (`none`), `verified` (`yes`), `rating` (`4`, `3`, `2`: at least),
 * `updated` (`30`, `90`, `365`: days), `fits` (`yes`, if `appVersion` is known).
 */
export interface SearchFacets {
  readonly facets: { readonly [name in FacetName]: readonly Facet[] };
  /** False where so many plugins match that the counts are of the first {@link MAX_CANDIDATES}. */
  readonly isExact: boolean;
}

export const FACETS = [
  "type",
  "category",
  "tag",
  "price",
  "permission",
  "network",
  "personal",
  "verified",
  "rating",
  "updated",
  "fits",
] as const;
export type FacetName = (typeof FACETS)[number];

/** Of a text that more plugins match, those are ranked whose words fit best. */
export const MAX_CANDIDATES = 1000;

/** Cards found, in order, before their words are marked; `excerpt` carries the index's marks (`readMarked`). */
export interface FoundCards {
  readonly items: readonly {
    readonly card: PluginCard;
    readonly excerpt: string | null;
    readonly score: ScoreParts | null;
  }[];
  readonly total: number;
  readonly isTotalExact: boolean;
  readonly match: MatchKind;
  /** Key of the last one, if there is more. */
  readonly next: SearchKey | null;
}

/** Where a page ends: the value it is sorted by, and the name. `day` fixes what “fresh” meant on the first page. */
export interface SearchKey {
  readonly value: number | string;
  readonly name: string;
  readonly day: number;
}

/** The search database: derived, rebuildable, only what anybody may see. */
export interface SearchIndex {
  /** Rises with every rebuild; cursors of another one are out of date. */
  generation(): Promise<number>;
  /** The host's list: contains-match, pages, one of four orders. */
  list(query: CatalogueQuery): Promise<{ readonly items: readonly PluginCard[]; readonly total: number }>;
  search(query: SearchQuery, after: SearchKey | null, day: number): Promise<FoundCards>;
  facets(query: SearchQuery, day: number): Promise<SearchFacets>;
  /** Categories and tags of everything listed. */
  counts(): Promise<{
    readonly categories: readonly Facet[];
    readonly tags: readonly Facet[];
    readonly plugins: number;
  }>;
}

/** Keeps the index true. Idempotent: doing anything twice, or two at once, ends the same. */
export interface SearchProjection {
  /** Whether a change that readers wait for is not yet projected. One point read. */
  isBehind(): Promise<boolean>;
  /** Projects at most `limit` changed plugins, oldest change first; how many it did. */
  project(limit: number): Promise<number>;
  /** Projects those again whose facts (installations, age) were read before `before`, in Unix seconds. */
  refresh(before: number, limit: number): Promise<number>;
  /** A new generation: every plugin is due again; cards of the old one serve until then. */
  rebuild(at: number): Promise<{ readonly generation: number; readonly plugins: number }>;
  progress(): Promise<{
    readonly generation: number;
    readonly due: number;
    readonly cards: number;
    /** False while a rebuild has plugins to come. */
    readonly isFinished: boolean;
  }>;
}

export interface SearchPorts {
  readonly searchIndex: SearchIndex;
  readonly searchProjection: SearchProjection;
  /** Signs cursors. */
  readonly cursorKey: CursorKey;
}

export interface CursorKey {
  /** HMAC-SHA256 under a key of its own. */
  sign(message: string): Promise<Uint8Array>;
}
