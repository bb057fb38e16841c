import { HOUR, MINUTE } from "../time.ts";

/** The checks every new release must pass, in the order they run (README, Checks). */
export const CHECKS = [
  "structure",
  "text",
  "identity",
  "known_digest",
  "secrets",
  "module",
  "use",
  "code",
  "names",
  "capabilities",
  "dependencies",
  "license",
  "images",
  "size",
  "provenance",
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Names the list above and the rules behind it; receipts carry it as `policy`. Another name starts a retro-scan. */
export const RULE_SET = "2026-11-23";

export type CheckResult = "clean" | "dirty" | "unknown";

export interface Finding {
  readonly check: CheckName;
  /** The code of the rule: a refusal code of the bundle reader, or one of the check's own. */
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
  readonly advice: string;
  /** Absolute path of the page that explains the rule. */
  readonly docs: string;
}

export interface CheckOutcome {
  readonly result: CheckResult;
  readonly findings: readonly Finding[];
  /** Of a dirty one: false asks people to look; everything else refuses the release. */
  readonly rejects?: boolean;
}

export const CLEAN: CheckOutcome = { result: "clean", findings: [] };
export const UNKNOWN: CheckOutcome = { result: "unknown", findings: [] };

/** Dirty if anything above a remark was found, and then a matter for people. */
export function forPeople(findings: readonly Finding[]): CheckOutcome {
  const isDirty = findings.some(({ severity }) => severity !== "info");
  return isDirty ? { result: "dirty", findings, rejects: false } : { result: "clean", findings };
}

/** Dirty and refused if there is an error among them; warnings are told and change nothing. */
export function forRefusal(findings: readonly Finding[]): CheckOutcome {
  const isDirty = findings.some(({ severity }) => severity === "error");
  return { result: isDirty ? "dirty" : "clean", findings };
}

/** An unknown result is tried again after these seconds; then the desk has to ask for it. */
export const RETRY_AFTER = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR] as const;

/** When the next attempt is due, or null when all were used. `attempts` counts the ones made. */
export function nextAttemptAt(attempts: number, now: number): number | null {
  const delay = RETRY_AFTER[attempts - 1];
  return delay === undefined ? null : now + delay;
}

/** The list that is frozen on a release at staging. */
export interface ExpectedChecks {
  readonly ruleSet: string;
  readonly checks: readonly string[];
}
