import type { StoredState } from "../../domain/license/license.ts";
import type { Manifest } from "../../domain/manifest/manifest.ts";
import type { Channel, Tier } from "../../domain/manifest/permissions.ts";
import type { Pricing } from "../../domain/release/pricing.ts";
import type { ReleaseState } from "../../domain/release/states.ts";

/** What the publisher's console needs of the world. */
export interface PublisherPorts {
  readonly publishing: PublishingReads;
}

/** Rows as the publisher's console shows them, joined; each read answers one publisher's alone. Times are Unix seconds. */
export interface PublishingReads {
  /** Also those that nobody else may see yet; last changed first. */
  plugins(publisherId: string, now: number): Promise<readonly OwnPlugin[]>;
  /** Newest first. */
  releases(publisherId: string, wanted: ReleasesWanted, limit: number): Promise<readonly OwnRelease[]>;
  /** Null: the publisher has no such plugin. */
  listing(publisherId: string, name: string): Promise<OwnListing | null>;
  /** Newest first, those of this publisher's plugins. */
  licenses(publisherId: string, wanted: IssuedWanted, now: number): Promise<IssuedPage>;
}

export interface ReleasesWanted {
  readonly releaseId?: string;
  readonly pluginName?: string;
  /** Those that are not decided yet. */
  readonly isOpen?: boolean;
}

export interface OwnPlugin {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly icon: string | null;
  readonly state: "active" | "deprecated" | "archived" | "quarantined" | "removed";
  readonly isListed: boolean;
  readonly isSuspended: boolean;
  /** Newest published version. */
  readonly latestVersion: string | null;
  /** Uploaded last. */
  readonly newest: { readonly releaseId: string; readonly version: string; readonly state: ReleaseState };
  readonly downloads: number;
  readonly rating: { readonly average: number; readonly count: number };
  /** Heard of within seven days. */
  readonly activeInstalls: number;
}

export interface OwnRelease {
  readonly releaseId: string;
  readonly pluginName: string;
  readonly displayName: string;
  readonly version: string;
  readonly channel: Channel;
  readonly state: ReleaseState;
  readonly sha256: string;
  readonly size: number;
  readonly downloads: number;
  readonly createdAt: number;
  readonly publishedAt: number | null;
  /** Why it is yanked or deprecated. */
  readonly notice: string | null;
}

/** What the form of a plugin shows and changes. */
export interface OwnListing {
  readonly id: string;
  readonly name: string;
  readonly rev: number;
  readonly state: OwnPlugin["state"];
  readonly isListed: boolean;
  /** Null: it is on the shelves. */
  readonly suspension: { readonly isDesk: boolean; readonly reason: string } | null;
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly icon: string | null;
  readonly screenshots: readonly Picture[];
  readonly pricing: Pricing;
  readonly isPublished: boolean;
  /** Of the newest published release, else of the newest upload. */
  readonly version: string;
  readonly sha256: string;
  readonly manifest: Manifest;
  readonly readme: string;
  /** What that bundle has to show: its icon, or null, and its screenshots. */
  readonly bundleIcon: string | null;
  readonly pictures: readonly Picture[];
}

export interface Picture {
  readonly url: string;
  readonly alt: string;
}

export interface IssuedWanted {
  readonly licenseId?: string | undefined;
  readonly pluginId?: string | undefined;
  readonly state?: StoredState | undefined;
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

export interface IssuedPage {
  readonly items: readonly IssuedLicense[];
  readonly total: number;
}

export interface IssuedLicense {
  readonly id: string;
  readonly plugin: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly instance: { readonly id: string; readonly name: string };
  readonly userId: string;
  readonly type: Tier;
  readonly state: StoredState;
  readonly startsAt: number;
  readonly expiresAt: number | null;
  readonly graceUntil: number | null;
  /** Null = unlimited. */
  readonly maxInstalls: number | null;
  readonly liveSeats: number;
  readonly keyHint: string | null;
  readonly orderId: string | null;
}
