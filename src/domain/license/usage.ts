import { isoTime } from "../time.ts";

/** What stands at a value instead of growing; everything else is counted per calendar month in UTC. */
export const GAUGES = ["storage", "users"] as const;
/** Percent of the cap that people are told of. */
export const THRESHOLDS = [80, 100] as const;
export const MAX_UNITS = 1_000_000_000;
export const BATCH_SECONDS = 7 * 86_400;
const METRIC = /^[a-z][A-Za-z0-9_.-]{0,63}$/;

export function isGauge(metric: string): boolean {
  return GAUGES.some((gauge) => gauge === metric);
}

export function isMetric(name: string): boolean {
  return METRIC.test(name);
}

/** `YYYY-MM`; empty for gauges, which have no period. */
export function periodOf(metric: string, now: number): string {
  return isGauge(metric) ? "" : isoTime(now).slice(0, 7);
}

/** When the counters begin again; Unix seconds. */
export function nextReset(now: number): number {
  const date = new Date(now * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / 1000;
}

/** A counter may grow by 1 to 10⁹ at once; a gauge may also be 0. */
export function isUnits(metric: string, units: number): boolean {
  return Number.isInteger(units) && units >= (isGauge(metric) ? 0 : 1) && units <= MAX_UNITS;
}

/** Each metric once: counters add up, of a gauge the last value counts. */
export function mergeItems<T extends { readonly metric: string; readonly units: number }>(
  items: readonly T[],
): { readonly metric: string; readonly units: number }[] {
  const merged = new Map<string, number>();
  for (const { metric, units } of items)
    merged.set(metric, isGauge(metric) ? units : (merged.get(metric) ?? 0) + units);
  return [...merged].map(([metric, units]) => ({ metric, units }));
}

/** From four fifths on. */
export function isLow({ used, cap }: { readonly used: number; readonly cap: number }): boolean {
  return cap >= 0 && used * 100 >= cap * THRESHOLDS[0];
}
