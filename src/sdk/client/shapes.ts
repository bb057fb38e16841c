/** A plugin as the catalogue shows it. */
export interface MarketplacePlugin {
  /** Decimal digits. */
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly version: string;
  readonly author: string;
  readonly authorId: string;
  readonly category: string;
  readonly type: "ui" | "api" | "automation" | "mixed";
  readonly tags: readonly string[];
  readonly icon?: string | undefined;
  readonly screenshots: readonly string[];
  /** Tier → euros. */
  readonly pricing: { readonly [tier: string]: number };
  readonly trialDays: number;
  readonly downloads: number;
  readonly rating: number;
  readonly status: "pending" | "review" | "approved" | "rejected" | "suspended";
  /** Lower-case hex SHA-256 of the bundle. */
  readonly checksum?: string | undefined;
  /** Absent where a license is needed. */
  readonly bundleUrl?: string | undefined;
  readonly permissions: readonly {
    readonly code: string;
    readonly name: string;
    readonly description: string;
    readonly required: boolean;
  }[];
  readonly dependencies: readonly {
    readonly pluginName: string;
    readonly minVersion: string;
    readonly range: string;
  }[];
  readonly minAppVersion: string;
  readonly maxAppVersion?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A page of anything. */
export interface Listed<T> {
  readonly data: readonly T[];
  readonly total: number;
}

/** What a list of plugins can be narrowed and ordered by. */
export interface PluginFilters {
  readonly query?: string;
  readonly type?: string;
  readonly category?: string;
  readonly tag?: string;
  readonly status?: string;
  readonly minRating?: number;
  readonly authorId?: string;
  readonly sortBy?: "name" | "downloads" | "rating" | "createdAt";
  readonly sortDirection?: "asc" | "desc";
  /** From 1. */
  readonly page?: number;
  /** At most 100; 20 where left out. */
  readonly limit?: number;
}

/** What an owner can change of a listing. */
export interface PluginChanges {
  readonly displayName?: string;
  readonly description?: string;
  readonly category?: string;
  readonly tags?: readonly string[];
  readonly icon?: string;
  readonly screenshots?: readonly string[];
  readonly pricing?: { readonly [tier: string]: unknown };
}

/** A release to upload: the bytes decide, `plugin` may repeat what they say. */
export interface PluginUpload {
  readonly bundle: Uint8Array;
  /** The publisher's signed statement, as `rbsm sign` writes it; without it the release waits for one. */
  readonly statement?: object | string;
  readonly plugin?: { readonly [field: string]: unknown };
}

/** The plugin with the release that was taken in. */
export interface UploadedPlugin extends MarketplacePlugin {
  readonly releaseId: string;
  readonly state: string;
}

/** The newest release of a plugin, on its way to a decision. */
export interface SubmittedPlugin {
  readonly id: string;
  readonly releaseId: string;
  readonly version: string;
  /** `review`, or `pending` while it is still being checked. */
  readonly status: string;
}

/** A plugin that was taken off the shelves, or put back. */
export interface ShelvedPlugin {
  readonly id: string;
  readonly status: "approved" | "suspended";
}

/** Every version ever published, newest first. */
export interface PluginVersions {
  readonly pluginId: string;
  readonly versions: readonly {
    readonly version: string;
    readonly releaseDate: string;
    readonly changes: readonly string[];
    readonly downloads: number;
    readonly state: string;
    readonly channel: string;
    readonly checksum: string;
    readonly size: number;
  }[];
  readonly latest: string;
  readonly count: number;
}

/** One version. `closureDigest` is what consent is given to. */
export interface PluginVersion {
  readonly manifest: { readonly [member: string]: unknown };
  readonly checksum: string;
  readonly size: number;
  readonly signature: string;
  readonly changelog: string;
  readonly minAppVersion: string;
  readonly maxAppVersion?: string | undefined;
  readonly dependencies: readonly { readonly pluginName: string; readonly range: string }[];
  readonly state: string;
  readonly releaseDate: string;
  readonly closureDigest: string;
  readonly delivery: "public" | "gated" | "sealed";
  /** Packing its files again with the encoder it names gives the same bytes. */
  readonly reproducible?: "yes" | "no" | "unknown" | undefined;
}

/** Numbers of one plugin. Revenue in euros. */
export interface PluginStats {
  readonly downloads: number;
  readonly revenue: number;
  readonly totalRevenue: number;
  readonly activeInstalls: number;
  readonly ratings: { readonly average: number; readonly count: number };
}

/** Numbers of the marketplace. */
export interface MarketplaceStats {
  readonly totalPlugins: number;
  readonly totalDownloads: number;
  readonly totalRevenue: number;
  readonly topPlugins: readonly MarketplacePlugin[];
}

/** A review. */
export interface PluginReview {
  readonly id: string;
  readonly userId: string;
  readonly userName: string;
  readonly rating: number;
  readonly title?: string | undefined;
  readonly comment: string;
  readonly createdAt: string;
}

/** The bytes of a bundle whose checksum was compared. Signatures are judged by `verifyRelease` of `/verify`. */
export interface DownloadedBundle {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Lower-case hex SHA-256. */
  readonly checksum: string;
  readonly version: string;
}
