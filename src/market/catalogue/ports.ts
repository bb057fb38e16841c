import type { Reproducible } from "../../domain/bundle/reproducible.ts";
import type { CatalogueQuery, PluginCard, PluginDetail, PricingView, VersionRow } from "./views.ts";

/** Whose plugins a viewer sees beyond the public ones; `names` narrows them to those of a limited token. */
export type Sight =
  | { readonly all: true }
  | { readonly all: false; readonly publisherIds: readonly string[]; readonly names: readonly string[] | null };

/** May a viewer of this sight see what is not public of the plugin? */
export function isInSight(sight: Sight, publisherId: string, name: string): boolean {
  return sight.all || (sight.publisherIds.includes(publisherId) && (sight.names?.includes(name) ?? true));
}

export type PluginRef = { readonly id: string } | { readonly name: string };

/** What the catalogue use cases need of storage. Times in Unix seconds. */
export interface CatalogueStore {
  /** Own plugins that are not approved; the public list is the search database's (`search-ports.ts`). */
  search(
    query: CatalogueQuery,
    sight: Sight,
  ): Promise<{ readonly items: readonly PluginCard[]; readonly total: number }>;
  /** Null: there is none, or this viewer may not know of it. */
  card(ref: PluginRef, sight: Sight): Promise<PluginCard | null>;
  detail(ref: PluginRef, sight: Sight): Promise<PluginDetail | null>;
  /** Newest first by SemVer precedence; only what was published. */
  versions(pluginId: string): Promise<readonly VersionRow[]>;
  version(pluginId: string, version: string): Promise<VersionDocument | null>;
  memberships(accountId: string): Promise<readonly Membership[]>;
  ownership(pluginId: string): Promise<Ownership | null>;
  /** Sets the given fields, marks them as edited, raises `rev`; audit and change feed in the same batch. False: `rev` moved on. */
  edit(pluginId: string, rev: number, changes: ListingChanges, actor: Actor, at: number): Promise<boolean>;
  delist(pluginId: string, actor: Actor, at: number): Promise<void>;
  stats(pluginId: string): Promise<PluginStats | null>;
  totals(): Promise<{ readonly plugins: number; readonly downloads: number }>;
}

export interface Actor {
  readonly kind: "account" | "instance";
  readonly id: string;
}

export interface Membership {
  readonly publisherId: string;
  readonly handle: string;
  readonly role: "owner" | "maintainer" | "developer" | "analyst" | "billing";
}

export interface Ownership {
  readonly pluginId: string;
  readonly name: string;
  readonly publisherId: string;
  readonly rev: number;
  readonly pricing: PricingView;
}

export interface ListingChanges {
  readonly displayName?: string;
  readonly description?: string;
  readonly category?: string;
  readonly tags?: readonly string[];
  readonly icon?: string | null;
  readonly screenshots?: readonly { readonly url: string; readonly alt: string }[];
  readonly pricing?: PricingView;
}

export interface VersionDocument {
  readonly releaseId: string;
  readonly version: string;
  readonly state: VersionRow["state"];
  /** Canonical manifest JSON. */
  readonly manifest: string;
  readonly sha256: string;
  readonly size: number;
  readonly changelog: string;
  readonly minAppVersion: string;
  readonly maxAppVersion: string | null;
  readonly closureDigest: string;
  readonly delivery: "public" | "gated" | "sealed";
  /** Packing it again with the encoder it names gives the same bytes. */
  readonly reproducible: Reproducible;
  /** Envelope JSON, both present once published. */
  readonly statement: string;
  readonly receipt: string;
  readonly publishedAt: number;
}

export interface PluginStats {
  readonly publisherId: string;
  readonly isPublic: boolean;
  readonly downloads: number;
  readonly activeInstalls: number;
  readonly rating: { readonly average: number; readonly count: number };
}

export interface NewReview {
  readonly pluginId: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly userName: string;
  readonly rating: number;
  readonly title: string;
  readonly comment: string;
}
