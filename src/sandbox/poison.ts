import type { RunCode } from "../domain/execution/job.ts";

/** How long a name whose code does not start, or a plugin that used up its names, is not tried again. */
const REST_MS = 30_000;
/** Names that one isolate's plugin may use up before it has to rest: every name is paid for. */
const NAMES_BEFORE_REST = 4;
/** A single late answer may be a slow host's fault. */
const LATE_BEFORE_BAD = 3;
const MAX_KEPT = 1000;

export interface Failure {
  readonly code: RunCode;
  readonly message: string;
}
interface Trouble {
  readonly generation: number;
  readonly late: number;
  readonly rest: { readonly until: number; readonly failure: Failure } | null;
}
const NONE: Trouble = { generation: 0, late: 0, rest: null };

export type PoisonList = ReturnType<typeof createPoisonList>;

/**
 * Names of isolates that went wrong, in this isolate of ours. A loader keeps what the first use of a name did to it: code
 * that failed to start fails again, an isolate that hung or used up its memory may never answer. The first is not loaded
 * again for a while; the second gets another name next time, a few of them, and rests then. `now` is Unix milliseconds.
 */
export function createPoisonList(now: () => number) {
  const troubles = new Map<string, Trouble>();

  /** The name to use for `id` now, or the failure that it would be again. */
  function nameFor(id: string): string | Failure {
    const { generation, rest } = troubles.get(id) ?? NONE;
    if (rest !== null && rest.until > now()) return rest.failure;
    return generation === 0 ? id : `${id}:${generation}`;
  }

  /** The code under this name does not start, and would not start again. */
  function failedToStart(id: string, failure: Failure): void {
    keep(id, { ...(troubles.get(id) ?? NONE), rest: { until: now() + REST_MS, failure } });
  }

  /** The isolate under this name may be beyond answering. */
  function wentBad(id: string, failure: Failure): void {
    const generation = (troubles.get(id)?.generation ?? 0) + 1;
    const isTooOften = generation % NAMES_BEFORE_REST === 0;
    keep(id, { generation, late: 0, rest: isTooOften ? { until: now() + REST_MS, failure } : null });
  }

  /** It did not answer in time; several times in a row is gone bad. */
  function wasLate(id: string, failure: Failure): void {
    const known = troubles.get(id) ?? NONE;
    if (known.late + 1 >= LATE_BEFORE_BAD) wentBad(id, failure);
    else keep(id, { ...known, late: known.late + 1 });
  }

  function answered(id: string): void {
    const known = troubles.get(id);
    if (known !== undefined && known.late > 0) keep(id, { ...known, late: 0 });
  }

  function keep(id: string, trouble: Trouble): void {
    troubles.delete(id);
    troubles.set(id, trouble);
    const oldest = troubles.size > MAX_KEPT ? troubles.keys().next().value : undefined;
    if (oldest !== undefined) troubles.delete(oldest);
  }

  return { nameFor, failedToStart, wentBad, wasLate, answered };
}
