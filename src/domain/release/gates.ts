import type { CheckResult } from "./checks.ts";

/** What keeps a release in review (README, Gates). */
export const GATES = ["checks", "statement", "approval", "velocity", "desk"] as const;
export type Gate = (typeof GATES)[number];

export interface GateFacts {
  readonly expected: readonly string[];
  /** Newest result of each check. */
  readonly results: { readonly [check: string]: CheckResult };
  readonly hasStatement: boolean;
  /** Its statement came with a credential that may only stage. */
  readonly needsApproval: boolean;
  /** Unix seconds; null = no brake. */
  readonly velocityUntil: number | null;
}

/** The open gates of a release that is not decided yet; `desk` is always the last of them. Times in Unix seconds. */
export function openGates(facts: GateFacts, now: number): Gate[] {
  const gates: Gate[] = [];
  const isClean = facts.expected.length > 0 && facts.expected.every((check) => facts.results[check] === "clean");
  if (!isClean) gates.push("checks");
  if (!facts.hasStatement) gates.push("statement");
  if (facts.needsApproval) gates.push("approval");
  if (facts.velocityUntil !== null && facts.velocityUntil > now) gates.push("velocity");
  return [...gates, "desk"];
}
