const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Timers of engines hold 31 bits; nothing here waits longer than a day. */
const LONGEST_MS = DAY_MS;

/** How the last attempt ended, as far as waiting is concerned. */
export type Attempt =
  | { readonly kind: "none" }
  | { readonly kind: "ok" }
  | { readonly kind: "conclusive" }
  | { readonly kind: "action" }
  | { readonly kind: "retryable"; readonly retryAfterSeconds?: number | undefined };

/**
 * Milliseconds until the next refresh, or null for "not by a timer". The marketplace spreads `refreshAfter` over devices
 * already; retries take full jitter between one and sixty minutes, growing, unless the answer said when.
 *
 * @param refreshAfter Unix seconds; null: no lease is held.
 * @param now judged time, Unix seconds.
 * @param failures attempts in a row that were retryable.
 * @param chance a number in [0, 1).
 */
export function nextRefresh(
  attempt: Attempt,
  refreshAfter: number | null,
  now: number,
  failures: number,
  chance: () => number,
): number | null {
  switch (attempt.kind) {
    case "conclusive":
      return DAY_MS;
    case "action":
      return null;
    case "retryable": {
      if (attempt.retryAfterSeconds !== undefined)
        return clamp(attempt.retryAfterSeconds * 1000 + chance() * MINUTE_MS, MINUTE_MS / 60);
      const ceiling = Math.min(60, 2 ** Math.min(failures, 6)) * MINUTE_MS;
      return clamp(MINUTE_MS + chance() * Math.max(0, ceiling - MINUTE_MS), MINUTE_MS);
    }
    default:
      return refreshAfter === null ? null : clamp((refreshAfter - now) * 1000 + chance() * 5_000, 1_000);
  }
}

function clamp(milliseconds: number, least: number): number {
  return Math.round(Math.min(LONGEST_MS, Math.max(least, milliseconds)));
}
