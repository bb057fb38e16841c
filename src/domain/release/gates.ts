import type { CheckResult } from "./checks.ts";

/** What keeps a release in review (README, Gates). */
export const GATES = ["checks", "statement", "approval", "velocity", "transfer", "desk"] as const;
export type Gate = (typeof GATES)[number];

/** For whom a release waits at a gate. */
export const WAITING_FOR = ["publisher", "desk", "marketplace", "time"] as const;
export type WaitingFor = (typeof WAITING_FOR)[number];

export interface GateFacts {
  readonly expected: readonly string[];
  /** Newest result of each check. */
  readonly results: { readonly [check: string]: CheckResult };
  /** Dirty checks that people took as they are. */
  readonly accepted?: readonly string[];
  readonly hasStatement: boolean;
  /** Its statement came with a credential that may only stage. */
  readonly needsApproval: boolean;
  /** Unix seconds; null = no brake. */
  readonly velocityUntil: number | null;
}

/** The open gates of a release that is not decided yet; `desk` is always the last of them. Times in Unix seconds. */
export function openGates(facts: GateFacts, now: number): Gate[] {
  const gates: Gate[] = [];
  const isSettled = (check: string) =>
    facts.results[check] === "clean" || (facts.results[check] === "dirty" && facts.accepted?.includes(check) === true);
  if (facts.expected.length === 0 || !facts.expected.every(isSettled)) gates.push("checks");
  if (!facts.hasStatement) gates.push("statement");
  if (facts.needsApproval) gates.push("approval");
  if (facts.velocityUntil !== null && facts.velocityUntil > now) gates.push("velocity");
  return [...gates, "desk"];
}

/** A gate, for whom the release waits there, until when at least, and why. */
export interface Wait {
  readonly gate: Gate;
  readonly who: WaitingFor;
  /** Unix seconds; null: no clock opens it. */
  readonly earliest: number | null;
  readonly why: readonly string[];
}
