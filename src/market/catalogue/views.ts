import type { Reproducible } from "../../domain/bundle/reproducible.ts";
import type { Category, Channel, Permission, PluginType, Tier } from "../../domain/manifest/permissions.ts";

/** What lists show of a plugin. Money in minor units (cents); times in Unix seconds. */
export interface PluginCard {
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly type: PluginType;
  readonly category: Category;
  readonly tags: readonly string[];
  /** Newest published version; the newest of any state for its owner. */
  readonly version: string;
  readonly publisher: { readonly id: string; readonly handle: string; readonly displayName: string };
  /** Absolute path or https URL. */
  readonly icon: string | null;
  readonly screenshots: readonly { readonly url: string; readonly alt: string }[];
  readonly pricing: PricingView;
  readonly trialDays: number;
  readonly downloads: number;
  readonly rating: { readonly average: number; readonly count: number };
  readonly status: HostStatus;
  readonly rev: number;
  readonly minAppVersion: string;
  readonly maxAppVersion: string | null;
  readonly permissions: readonly {
    readonly code: Permission;
    readonly description: string;
    readonly required: boolean;
  }[];
  readonly dependencies: readonly { readonly name: string; readonly range: string }[];
  /** Hex digest of the bundle of `version`. */
  readonly sha256: string;
  readonly delivery: "public" | "gated" | "sealed";
  /** Not in lists: cleared by its owner. */
  readonly listed: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The five words the host knows. */
export type HostStatus = "pending" | "review" | "approved" | "rejected" | "suspended";

export interface PricingView {
  readonly currency: "EUR";
  readonly tiers: readonly {
    readonly id: Tier;
    /** Minor units; null = on request. */
    readonly price: number | null;
    readonly interval: "none" | "once" | "month" | "year";
    readonly features: readonly string[];
    readonly limits: {
      readonly installs: number | null;
      readonly apiCalls: number | null;
      readonly storageMiB: number | null;
      readonly users: number | null;
    };
    readonly popular: boolean;
  }[];
}

/** Everything the detail page and `GET /v1/plugins/{id}` show. */
export interface PluginDetail extends PluginCard {
  /** Markdown of the newest published release. */
  readonly readme: string;
  readonly changelog: string;
  readonly license: string;
  readonly homepage: string | null;
  readonly repository: string | null;
  readonly support: { readonly url: string | null; readonly email: string | null };
  readonly security: string;
  readonly egress: readonly { readonly host: string; readonly reason: string }[];
  readonly events: readonly string[];
  readonly size: number;
  readonly trust: {
    readonly statementSha256: string;
    readonly publisherKeyId: string;
    readonly receiptSha256: string;
    readonly receiptKeyId: string;
    readonly publication: number;
    readonly publishedAt: number;
    readonly closureDigest: string;
    readonly reproducible: Reproducible;
  } | null;
  readonly activeInstalls: number;
  readonly versions: readonly VersionRow[];
}

export interface VersionRow {
  readonly version: string;
  readonly channel: Channel;
  readonly state: "published" | "deprecated" | "yanked" | "blocked";
  readonly releasedAt: number;
  readonly changes: readonly string[];
  readonly size: number;
  readonly sha256: string;
  readonly downloads: number;
  /** Why it is yanked or deprecated, as its publisher or the desk says; null for all others. */
  readonly notice: { readonly message: string; readonly replacement: string | null } | null;
}

export interface ReviewRow {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly rating: number;
  readonly title: string;
  readonly comment: string;
  /** The installed version it is about; empty where nobody knows any more. */
  readonly version: string;
  readonly createdAt: number;
  /** Changed since; what it said before is kept. */
  readonly isEdited: boolean;
  /** Votes of instances that have the plugin installed. */
  readonly helpful: number;
  readonly notHelpful: number;
  /** The publisher's one answer. */
  readonly reply: { readonly text: string; readonly createdAt: number } | null;
}

/** A page of the catalogue. Strings are already bounded; unknown values were dropped by the parser. */
export interface CatalogueQuery {
  readonly text?: string | undefined;
  readonly type?: PluginType | undefined;
  readonly category?: string | undefined;
  readonly tag?: string | undefined;
  readonly minRating?: number | undefined;
  /** Anything but `approved` shows the viewer's own plugins only. */
  readonly status?: HostStatus | undefined;
  /** A publisher's id. */
  readonly authorId?: string | undefined;
  readonly sort: "name" | "downloads" | "rating" | "createdAt";
  readonly direction: "asc" | "desc";
  /** From 1. */
  readonly page: number;
  /** 1–100. */
  readonly limit: number;
}

export interface CataloguePage {
  readonly items: readonly PluginCard[];
  readonly total: number;
  readonly page: number;
  readonly limit: number;
}

/** Names and how many visible plugins carry them, most first. */
export interface Facet {
  readonly name: string;
  readonly count: number;
}
