import { compareVersions, isRange, parseVersion } from "../release/version.ts";
import { isAffected } from "../update/readiness.ts";
import { baseScore } from "./cvss.ts";

export const ADVISORY_STATES = ["draft", "submitted", "confirmed", "rejected", "withdrawn"] as const;
export type AdvisoryState = (typeof ADVISORY_STATES)[number];

/** What a publisher writes about a flaw. */
export interface AdvisoryText {
  /** CVSS 3.1 vector. */
  readonly severity: string;
  /** Range of versions. */
  readonly affected: string;
  /** The first version without the flaw; null: there is none yet. */
  readonly fixed: string | null;
  readonly summary: string;
  readonly details: string;
  /** CVE and GHSA ids. */
  readonly aliases: readonly string[];
  readonly credits: readonly string[];
  readonly links: readonly string[];
}

/** Times are Unix seconds. */
export interface Advisory extends AdvisoryText {
  /** `RBSM-2026-7`. */
  readonly id: string;
  readonly pluginId: string;
  readonly plugin: string;
  readonly displayName: string;
  readonly publisherId: string;
  readonly publisher: string;
  readonly state: AdvisoryState;
  /** Base score in tenths. */
  readonly score: number;
  /** The desk's reason. */
  readonly decision: string | null;
  readonly rev: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly confirmedAt: number | null;
  readonly withdrawnAt: number | null;
  /** Published versions that are hit, oldest first. */
  readonly versions: readonly string[];
}

export interface TextError {
  readonly pointer: string;
  readonly detail: string;
}

/** What is wrong with a text as it stands; nothing: it can be kept. */
export function advisoryErrors({ severity, affected, fixed, links }: AdvisoryText): readonly TextError[] {
  const errors: TextError[] = [];
  const score = baseScore(severity);
  if (score === null) errors.push({ pointer: "/severity", detail: "This is no CVSS 3.1 vector of base metrics." });
  if (!isRange(affected)) errors.push({ pointer: "/affected", detail: "This is no range of versions." });
  if (fixed !== null && parseVersion(fixed) === null) errors.push({ pointer: "/fixed", detail: "This is no version." });
  else if (fixed !== null && isRange(affected) && isAffected(affected, fixed))
    errors.push({ pointer: "/fixed", detail: "The fixed version is in the affected range." });
  links.forEach((link, index) => {
    if (!/^https:\/\/[^\s]+$/.test(link))
      errors.push({ pointer: `/links/${index}`, detail: "This is no https address." });
  });
  return errors;
}

/** Versions of a plugin that an advisory hits, oldest first. */
export function affectedVersions(range: string, versions: readonly string[]): readonly string[] {
  return versions.filter((version) => isAffected(range, version)).sort(compareVersions);
}

/** Why the desk cannot confirm an advisory with this floor; null: it can. */
export function missingForConfirmation({ versions, fixed, affected }: Advisory, floor: string | null): string | null {
  if (versions.length === 0) return "No published version is in the affected range.";
  if (floor === null) return null;
  if (parseVersion(floor) === null) return "The floor is no version.";
  if (isAffected(affected, floor)) return "The floor is itself affected.";
  return fixed !== null && compareVersions(floor, fixed) > 0 ? "The floor is above the fixed version." : null;
}
