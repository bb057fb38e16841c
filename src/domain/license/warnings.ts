import { compareVersions, parseVersion } from "../release/version.ts";
import { DAY } from "../time.ts";
import { endOf, type License } from "./license.ts";

/** What an answer may say on the side; none of it takes anything away (README, Result codes). */
export const LICENSE_WARNINGS = [
  "KEY_ROTATED",
  "OVERSUBSCRIBED",
  "EXPIRING_SOON",
  "CLOCK_DRIFT",
  "QUOTA_LOW",
  "DEVICE_DRIFTED",
  "CLIENT_OUTDATED",
] as const;
export type LicenseWarning = (typeof LICENSE_WARNINGS)[number];

const SOON = 7 * DAY;

/** A host that is older than the build asks for; what is no version says nothing. */
export function isClientOutdated(appVersion: string | undefined, minAppVersion: string | null | undefined): boolean {
  const [said, asked] = [parseVersion(appVersion ?? ""), parseVersion(minAppVersion ?? "")];
  return said !== null && asked !== null && compareVersions(said.text, asked.text) < 0;
}

/** Those that follow from a license and what was read with it. `isQuotaLow`: some limit of this period is four fifths used. */
export function warningsOf(
  facts: {
    readonly license: License;
    readonly key: { readonly state: string } | null;
    readonly liveSeats: number;
    readonly isQuotaLow?: boolean;
  },
  now: number,
): readonly LicenseWarning[] {
  const { license, key, liveSeats } = facts;
  const end = endOf(license);
  const warnings: LicenseWarning[] = [];
  if (key?.state === "overlap") warnings.push("KEY_ROTATED");
  if (license.seatScope === "license" && license.seatCap !== null && liveSeats > license.seatCap)
    warnings.push("OVERSUBSCRIBED");
  if (end !== null && end > now && end <= now + SOON) warnings.push("EXPIRING_SOON");
  if (facts.isQuotaLow === true) warnings.push("QUOTA_LOW");
  return warnings;
}
