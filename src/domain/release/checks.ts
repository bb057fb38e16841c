import { HOUR, MINUTE } from "../time.ts";

/** The checks every new release must pass, in the order they run (README, Checks). All of them reject when dirty. */
export const CHECKS = ["structure", "text", "identity", "known_digest"] as const;
export type CheckName = (typeof CHECKS)[number];

/** Names the list above; receipts carry it as `policy`. */
export const RULE_SET = "2026-11-01";

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
