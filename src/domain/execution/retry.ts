import { HOUR, MINUTE } from "../time.ts";
import type { RunCode } from "./job.ts";

/** Seconds before the second, third … try of one run. */
const DELAYS = [10, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR] as const;
/** The first try counted. */
export const MAX_TRIES = DELAYS.length + 1;

/** Ends that say something about us, not about the plugin; the same run may well succeed later. */
const OUR_FAULT: readonly string[] = ["sandbox_hung", "sandbox_crashed"] satisfies readonly RunCode[];

/** How a run ended, as far as it decides whether it is tried again. */
export interface TriedRun {
  readonly outcome: string;
  /** The plugin failed because the host did not answer or a rate was used up, or it asked for another try. */
  readonly isTransient?: boolean;
}

/**
 * Seconds until the next try after `tries` tries, or null: it is dead, or it did not fail. Only what may pass by itself
 * is tried again – a handler that throws would throw again.
 */
export function retryDelay({ outcome, isTransient = false }: TriedRun, tries: number): number | null {
  if (!OUR_FAULT.includes(outcome) && !(outcome === "plugin_error" && isTransient)) return null;
  return DELAYS[tries - 1] ?? null;
}

/** Runs of one installation with the same key start one after the other: events about one thing, and life-cycle hooks. */
export function entityOrder(entity: string, entityId: string): string {
  return `${entity}:${entityId}`;
}
export const LIFECYCLE_ORDER = "~lifecycle";

/** Ends after which a run was not the plugin's failure: it worked, never began, or was stopped or lost by us. */
export const NO_FAULT: readonly string[] = ["ok", "skipped", "stopped", ...OUR_FAULT];

export const SUSPEND_AFTER_FAILURES_IN_A_ROW = 10;
export const SUSPEND_AFTER_FAILURES_IN_AN_HOUR = 30;
