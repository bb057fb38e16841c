import type { Channel } from "../manifest/permissions.ts";
import { compareVersions } from "../release/version.ts";
import type { IndexDocument, IndexedRelease } from "./index-document.ts";
import { pinnedVersion } from "./range.ts";
import type { ResolveRequest } from "./request.ts";

/** Why a release is no candidate (README, Candidates). */
export type Exclusion = "blocked" | "quarantined" | "app_version" | "yanked" | "below_floor";

export interface Candidates {
  readonly name: string;
  readonly channel: Channel;
  /** Newest first. */
  readonly releases: readonly IndexedRelease[];
  /** Newest first. */
  readonly excluded: readonly { readonly release: IndexedRelease; readonly why: Exclusion }[];
  /** False: the marketplace has no such plugin. */
  readonly isKnown: boolean;
}

/** The releases of a plugin that may be chosen at all, and why the others may not. */
export function candidatesOf(name: string, document: IndexDocument | undefined, request: ResolveRequest): Candidates {
  const newestFirst = [...(document?.releases ?? [])].sort((a, b) => compareVersions(b.version, a.version));
  const releases: IndexedRelease[] = [];
  const excluded: { release: IndexedRelease; why: Exclusion }[] = [];
  for (const release of newestFirst) {
    const why = document === undefined ? null : exclusionOf(document, release, request);
    if (why === null) releases.push(release);
    else excluded.push({ release, why });
  }
  const channel = ownValue(request.channels, name) ?? "stable";
  return { name, channel, releases, excluded, isKnown: document !== undefined };
}

/** Both ends count; by precedence. */
export function fitsApp(appVersion: string, { minAppVersion, maxAppVersion }: AppRange): boolean {
  if (compareVersions(appVersion, minAppVersion) < 0) return false;
  return maxAppVersion === null || compareVersions(appVersion, maxAppVersion) <= 0;
}

type AppRange = Pick<IndexedRelease, "minAppVersion" | "maxAppVersion">;

function exclusionOf(document: IndexDocument, release: IndexedRelease, request: ResolveRequest): Exclusion | null {
  if (release.state === "blocked") return "blocked";
  if (document.state === "quarantined") return "quarantined";
  if (!fitsApp(request.appVersion, release)) return "app_version";
  const locked = ownValue(request.lock, document.name);
  if (locked?.version === release.version && locked.sha256 === release.sha256) return null;
  const { floor = null } = document;
  if (floor !== null && compareVersions(release.version, floor) < 0) return "below_floor";
  if (release.state !== "yanked") return null;
  // What another plugin pins does not count: its author cannot know that the version was withdrawn.
  const root = ownValue(request.roots, document.name);
  return root !== undefined && pinnedVersion(root) === release.version ? null : "yanked";
}

/** Names come from people: `constructor` is a plugin like any other. */
export function ownValue<T>(record: { readonly [name: string]: T } | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
