import { sha256 } from "../digest.ts";
import { DAY } from "../time.ts";

/** Why people look at a release before it is published (README, Who needs the desk). */
export const DESK_REASONS = [
  "first_release",
  "publisher_unproven",
  "publisher_new",
  "growth",
  "finding",
  "size",
  "file_kind",
  "public_route",
  "price",
  "key_young",
  "silence",
  "transfer",
  "report",
  "looked_at_before",
  "sample",
] as const;
export type DeskReason = (typeof DESK_REASONS)[number];

export const DESK_WORDS: Readonly<Record<DeskReason, string>> = {
  first_release: "It is the first release of this plugin.",
  publisher_unproven: "The publisher has not proven a domain for ninety days.",
  publisher_new: "The publisher has fewer than three published releases.",
  growth: "It may do more than the release before it.",
  finding: "A check found something worth a look.",
  size: "It is more than a fifth larger than the release before it.",
  file_kind: "It holds files of a kind the plugin did not have.",
  public_route: "It answers requests that anybody may send.",
  price: "Its prices changed.",
  key_young: "The key it is signed with is younger than thirty days.",
  silence: "The release before it is more than a year old.",
  transfer: "The plugin changed hands within its last five releases.",
  report: "Somebody reported the plugin, and nobody has decided about it.",
  looked_at_before: "People decided about it before.",
  sample: "It was drawn: one release in twenty is looked at whatever the rules say.",
};

export const PROVEN_SECONDS = 90 * DAY;
export const MIN_RELEASES = 3;
export const KEY_SECONDS = 30 * DAY;
export const SILENCE_SECONDS = 365 * DAY;
/** After so many releases a transfer is forgotten here. */
export const RELEASES_AFTER_TRANSFER = 5;
const MAX_GROWTH = 1.2;
const SAMPLE_PERCENT = 5;

/** All that the rules ask about a release. Times in Unix seconds. */
export interface AutomaticFacts {
  readonly sha256: string;
  readonly size: number;
  readonly fileKinds: readonly string[];
  readonly hasPublicRoutes: boolean;
  readonly hasGrown: boolean;
  readonly hasOtherPrices: boolean;
  /** Worst of all findings; null: none. */
  readonly worstFinding: "error" | "warning" | "info" | null;
  /** Of the plugin, published last. */
  readonly previous: {
    readonly size: number;
    readonly fileKinds: readonly string[];
    readonly publishedAt: number;
  } | null;
  readonly publisherReleases: number;
  readonly domainProvenAt: number | null;
  /** When the key came into service. */
  readonly keySince: number | null;
  /** Releases published since the plugin changed hands; null: it never did, or long ago. */
  readonly releasesSinceTransfer: number | null;
  readonly openReports: number;
  readonly wasDecided: boolean;
}

/** Every reason that holds; a release without one is published by the rules alone. `now` in Unix seconds. */
export async function deskReasons(facts: AutomaticFacts, now: number): Promise<readonly DeskReason[]> {
  const { previous } = facts;
  const holds: Readonly<Record<DeskReason, boolean>> = {
    first_release: previous === null,
    publisher_unproven: facts.domainProvenAt === null || facts.domainProvenAt > now - PROVEN_SECONDS,
    publisher_new: facts.publisherReleases < MIN_RELEASES,
    growth: facts.hasGrown,
    finding: facts.worstFinding === "error" || facts.worstFinding === "warning",
    size: previous !== null && facts.size > previous.size * MAX_GROWTH,
    file_kind: previous !== null && facts.fileKinds.some((kind) => !previous.fileKinds.includes(kind)),
    public_route: facts.hasPublicRoutes,
    price: facts.hasOtherPrices,
    key_young: facts.keySince === null || facts.keySince > now - KEY_SECONDS,
    silence: previous !== null && previous.publishedAt < now - SILENCE_SECONDS,
    transfer: facts.releasesSinceTransfer !== null && facts.releasesSinceTransfer < RELEASES_AFTER_TRANSFER,
    report: facts.openReports > 0,
    looked_at_before: facts.wasDecided,
    sample: await isDrawn(facts.sha256),
  };
  return DESK_REASONS.filter((reason) => holds[reason]);
}

/**
 * The same five in a hundred whoever computes it: the first eight bytes, big-endian, of SHA-256("rbsm-sample/1\n" and the hex
 * digest of the bundle), mod 100. A publisher that packs again to get out changes bytes that a reader of the diff sees.
 */
export async function isDrawn(bundleSha256: string): Promise<boolean> {
  const digest = await sha256(`rbsm-sample/1\n${bundleSha256}`);
  const first = new DataView(digest.buffer, digest.byteOffset).getBigUint64(0);
  return first % 100n < BigInt(SAMPLE_PERCENT);
}
