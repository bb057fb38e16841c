import type { Channel } from "../../domain/manifest/permissions.ts";
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
