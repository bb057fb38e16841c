import type { Actor } from "./ports.ts";

/** What metering needs of the world. */
export interface UsagePorts {
  readonly usage: UsageStore;
}

/** One metric of one license in its period. */
export interface UsageLine {
  readonly metric: string;
  readonly kind: "counter" | "gauge";
  /** `YYYY-MM` in UTC; empty for gauges. */
  readonly period: string;
  readonly used: number;
  /** −1 = unlimited. */
  readonly cap: number;
}

/** Counters are added to, gauges are set. */
export interface UsageItem {
  readonly metric: string;
  /** An integer, 1 to 10⁹; gauges also 0. */
  readonly units: number;
}

export interface UsageOrder {
  readonly licenseId: string;
  readonly items: readonly UsageItem[];
  /** The same batch counts once in 7 days. */
  readonly batchId: string | null;
  readonly actor: Actor;
  readonly op: string;
  readonly now: number;
}

/** `refused`: nothing was counted, because of the metric it names. */
export type Metered =
  | { readonly kind: "counted"; readonly lines: readonly UsageLine[]; readonly isReplayed: boolean }
  | { readonly kind: "refused"; readonly line: UsageLine }
  | { readonly kind: "unknown_metric"; readonly metric: string };

/**
 * Guarded counters (README, Usage): one statement adds all items or none. Never touches a lease or a seat. `reserve` is for
 * whoever meters a hot path: it takes a block of up to 1 % of the cap at once, spends it in memory and gives the rest back.
 */
export interface UsageStore {
  count(order: UsageOrder): Promise<Metered>;
  lines(licenseId: string, now: number): Promise<readonly UsageLine[]>;
  /** Units taken, at most `wanted`; 0: the quota is exhausted. `cap` −1: nothing to ask for again in this period. */
  reserve(licenseId: string, metric: string, wanted: number, op: string, now: number): Promise<Reserved>;
  /** Unspent units of a block return to the period they were taken from. */
  giveBack(licenseId: string, metric: string, period: string, units: number): Promise<void>;
}

export interface Reserved {
  readonly taken: number;
  readonly period: string;
  readonly used: number;
  readonly cap: number;
}
