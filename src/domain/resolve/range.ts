import semver from "semver";
import { CHANNELS, type Channel } from "../manifest/permissions.ts";
import { channelOf, isRange, parseVersion } from "../release/version.ts";

/** A range read once; `null` where the text is none: then nothing is in it. */
export interface VersionRange {
  readonly text: string;
  readonly range: semver.Range | null;
  /** Answers of npm's rule so far, by version. */
  readonly known: Map<string, boolean>;
}

export function readRange(text: string): VersionRange {
  return { text, range: isRange(text) ? new semver.Range(text) : null, known: new Map() };
}

/**
 * npm's rule, or – for pre-releases of the plugin's chosen channel and those above it – plain precedence: `^1.2.0` then holds
 * `1.3.0-beta.1` and never `2.0.0-beta.1`, for its upper end is `2.0.0-0`.
 */
export function admits({ range, known }: VersionRange, version: semver.SemVer | string, channel: Channel): boolean {
  if (range === null) return false;
  const text = typeof version === "string" ? version : version.version;
  const isIn = known.get(text) ?? range.test(version);
  known.set(text, isIn);
  if (isIn) return true;
  const own = channel === "stable" ? "stable" : channelOf(text);
  if (own === null || own === "stable" || CHANNELS.indexOf(own) > CHANNELS.indexOf(channel)) return false;
  return range.set.some((comparators) => comparators.every((comparator) => comparator.test(version)));
}

/** Read once, compared often. */
export function readVersion(text: string): semver.SemVer {
  return new semver.SemVer(text);
}

/** The version a range pins: `1.4.0` and `=1.4.0`, nothing else. */
export function pinnedVersion(text: string): string | null {
  const bare = text.trim().replace(/^=\s*/, "");
  return parseVersion(bare) === null ? null : bare;
}
