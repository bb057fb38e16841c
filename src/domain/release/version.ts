import semver from "semver";
import { CHANNELS, type Channel } from "../manifest/permissions.ts";

/** A SemVer 2.0.0 version without build metadata, as written. */
export interface Version {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: readonly (string | number)[];
}

export const VERSION_LIMITS = {
  maxChars: 64,
  /** Without a pre-release part: the host's column. */
  maxReleaseChars: 20,
  maxNumber: 2_147_483_647,
  maxRangeChars: 100,
} as const;

/** Null unless `text` is exactly one canonical version within the limits: no `v`, no space, no build metadata. */
export function parseVersion(text: string): Version | null {
  if (text.length > VERSION_LIMITS.maxChars) return null;
  const parsed = semver.parse(text, { loose: false });
  if (parsed === null || parsed.version !== text || parsed.build.length > 0) return null;
  const { major, minor, patch, prerelease } = parsed;
  if (prerelease.length === 0 && text.length > VERSION_LIMITS.maxReleaseChars) return null;
  const numbers = [major, minor, patch, ...prerelease.filter((part) => typeof part === "number")];
  if (numbers.some((number) => number > VERSION_LIMITS.maxNumber)) return null;
  // semver keeps over-long numeric identifiers as text; their order would then differ from SemVer §11.
  if (prerelease.some((part) => typeof part === "string" && /^[0-9]+$/.test(part))) return null;
  return { text, major, minor, patch, prerelease };
}

/** SemVer precedence: negative, 0 or positive. Both must be versions; anything else throws. */
export function compareVersions(a: string, b: string): number {
  return semver.compare(a, b);
}

/**
 * A text whose byte order is SemVer precedence, for columns that databases sort. Numbers are ten digits wide; a release
 * (`~`) follows its pre-releases (`-`); numeric identifiers (`0`) precede others (`1`, ended by `!`, below every legal
 * character, so that `a` < `ab` and `a` < `a.1`). Throws when `version` is none.
 */
export function versionSort(version: string): string {
  const parsed = parseVersion(version);
  if (parsed === null) throw new RangeError(`not a version: ${version.slice(0, 80)}`);
  const core = [parsed.major, parsed.minor, parsed.patch].map(tenDigits).join(".");
  if (parsed.prerelease.length === 0) return `${core}~`;
  const parts = parsed.prerelease.map((part) => (typeof part === "number" ? `0${tenDigits(part)}` : `1${part}!`));
  return `${core}-${parts.join("")}`;
}

/** npm range syntax, `loose` off, ≤ 100 characters, no build metadata, tags or URLs. */
export function isRange(range: string): boolean {
  return range.length <= VERSION_LIMITS.maxRangeChars && !range.includes("+") && semver.validRange(range) !== null;
}

/** False for anything that is not a version or not a range; a pre-release matches only a range that names one. */
export function satisfies(version: string, range: string): boolean {
  return isRange(range) && semver.satisfies(version, range);
}

/**
 * `stable` without a pre-release part; otherwise the first identifier, if it is a channel and exactly one number follows
 * (`1.4.0-beta.2`). Null for every other pre-release and for what is no version.
 */
export function channelOf(version: string): Channel | null {
  const prerelease = parseVersion(version)?.prerelease;
  if (prerelease === undefined) return null;
  if (prerelease.length === 0) return "stable";
  const [name, number, ...rest] = prerelease;
  if (typeof number !== "number" || rest.length > 0 || name === "stable") return null;
  return CHANNELS.find((channel) => channel === name) ?? null;
}

function tenDigits(number: number): string {
  return String(number).padStart(10, "0");
}
