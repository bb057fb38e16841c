import type { PluginCard } from "../catalogue/views.ts";

/** What feeds, the site map, publishers' pages and collections read: public and listed things only. Times in Unix seconds. */
export interface Showcase {
  /** Null: nobody of that handle has anything to show. */
  publisher(handle: string): Promise<PublisherProfile | null>;
  /** Names of listed plugins whose newest release needs `name`, in order; at most `limit`. */
  dependents(name: string, limit: number): Promise<readonly string[]>;
  /** Cards of the listed ones among these names, in the order given. */
  cards(names: readonly string[]): Promise<readonly PluginCard[]>;
  /** Newest releases first. */
  news(of: NewsOf, limit: number): Promise<readonly ReleaseNews[]>;
  /** Listed plugins whose id lies in the `chunk`-th run of `size` ids, from 0. */
  siteEntries(chunk: number, size: number): Promise<readonly SiteEntry[]>;
  /** The runs that hold a listed plugin, with their last change. */
  siteChunks(size: number): Promise<readonly { readonly chunk: number; readonly updatedAt: number }[]>;
  /** Publishers with a listed plugin, by handle. */
  publishers(limit: number): Promise<readonly { readonly handle: string; readonly updatedAt: number }[]>;
  /** In the operator's order; without empty ones. */
  collections(): Promise<readonly Collection[]>;
  collection(slug: string): Promise<(Collection & { readonly items: readonly PluginCard[] }) | null>;
  /** Writes or replaces a collection; names that no listed plugin has are left out. */
  putCollection(collection: CollectionDraft, at: number): Promise<void>;
  /** False: there was none. */
  dropCollection(slug: string): Promise<boolean>;
}

export interface PublisherProfile {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  /** A domain the publisher proved to own. */
  readonly domain: string | null;
  readonly since: number;
  readonly plugins: number;
  readonly downloads: number;
}

export interface NewsOf {
  readonly category?: string | undefined;
  readonly publisher?: string | undefined;
  readonly plugin?: string | undefined;
}

export interface ReleaseNews {
  readonly pluginId: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  readonly publisher: { readonly handle: string; readonly displayName: string };
  readonly version: string;
  readonly changes: readonly string[];
  readonly publishedAt: number;
}

export interface SiteEntry {
  readonly name: string;
  /** Of the last visible change. */
  readonly updatedAt: number;
}

export interface Texts {
  readonly en: string;
  readonly de: string;
}

export interface Collection {
  readonly slug: string;
  readonly title: Texts;
  readonly lead: Texts;
  /** Listed plugins in it. */
  readonly count: number;
  readonly updatedAt: number;
}

export interface CollectionDraft {
  readonly slug: string;
  readonly title: Texts;
  readonly lead: Texts;
  readonly position: number;
  readonly plugins: readonly string[];
}

export interface ShowcasePorts {
  readonly showcase: Showcase;
}
