import { DAY } from "../time.ts";

/** What one instance that updated to a release tells of it. */
export interface Witness {
  readonly instanceId: string;
  /** Activation failed, or it did not start. */
  readonly hasFailed: boolean;
  /** Uninstalled or rolled back within a day of the update. */
  readonly hasLeft: boolean;
  readonly runs: number;
  readonly errors: number;
  /** Of the version before, on the same instance. */
  readonly runsBefore: number;
  readonly errorsBefore: number;
}

export type HaltRule = "failures" | "errors" | "departures";

/** Why a rollout stops by itself, with the figures that say so. Shares are in hundredths of a percent. */
export interface Halt {
  readonly rule: HaltRule;
  readonly updated: number;
  readonly counted: number;
  readonly share: number;
  /** Upper bound of the errors before; only of the rule `errors`. */
  readonly before?: number;
}

/** Younger instances count for nothing: making many of them is no vote. Seconds. */
export const WITNESS_AGE = 7 * DAY;
/** Leaving so soon after an update is about the update. Seconds. */
export const REGRET = DAY;

const FEWEST_FAILED = 3;
const FAILED_SHARE = 0.1;
const FEWEST_UPDATED = 20;
const FEWEST_RUNS = 200;
const LEAST_ERROR_RATE = 0.01;
const WORSE_BY = 2;
const LEFT_SHARE = 0.15;
/** One instance is heard with so many runs at most, so that a busy one does not speak for all. */
const HEARD_RUNS = 50;
/** 95 %. */
const Z = 1.96;

/** README, Automatic halt. Null: it goes on. */
export function judgeHalt(witnesses: readonly Witness[]): Halt | null {
  const updated = witnesses.length;
  if (updated === 0) return null;
  const failed = witnesses.filter(({ hasFailed }) => hasFailed).length;
  if (failed >= FEWEST_FAILED && failed >= FAILED_SHARE * updated)
    return { rule: "failures", updated, counted: failed, share: hundredths(failed / updated) };
  if (updated < FEWEST_UPDATED) return null;
  const now = sumOf(witnesses, ({ runs, errors }) => [runs, errors]);
  const then = sumOf(witnesses, ({ runsBefore, errorsBefore }) => [runsBefore, errorsBefore]);
  const complaining = witnesses.filter(({ errors }) => errors > 0).length;
  const lower = wilson(now.errors, now.runs).lower;
  const upper = wilson(then.errors, then.runs).upper;
  const isWorse = lower > WORSE_BY * upper && lower > LEAST_ERROR_RATE;
  if (now.runs >= FEWEST_RUNS && complaining >= FEWEST_FAILED && isWorse)
    return { rule: "errors", updated, counted: now.errors, share: hundredths(lower), before: hundredths(upper) };
  const left = witnesses.filter(({ hasLeft }) => hasLeft).length;
  return left >= LEFT_SHARE * updated
    ? { rule: "departures", updated, counted: left, share: hundredths(left / updated) }
    : null;
}

/** Wilson score interval of a rate at 95 %; of nothing it is everything. */
export function wilson(hits: number, of: number): { readonly lower: number; readonly upper: number } {
  if (of === 0) return { lower: 0, upper: 1 };
  const rate = hits / of;
  const spread = Z * Math.sqrt((rate * (1 - rate)) / of + (Z * Z) / (4 * of * of));
  const middle = rate + (Z * Z) / (2 * of);
  const whole = 1 + (Z * Z) / of;
  return { lower: Math.max(0, (middle - spread) / whole), upper: Math.min(1, (middle + spread) / whole) };
}

function sumOf(witnesses: readonly Witness[], of: (witness: Witness) => readonly [number, number]) {
  let [runs, errors] = [0, 0];
  for (const witness of witnesses) {
    const [own, bad] = of(witness);
    const heard = Math.min(own, HEARD_RUNS);
    runs += heard;
    errors += own === 0 ? 0 : Math.round((bad * heard) / own);
  }
  return { runs, errors };
}

function hundredths(share: number): number {
  return Math.round(share * 10_000);
}
