/** Times here are Unix seconds. */
const ROLLBACK_TOLERANCE = 600;
const OFFSET_TOLERANCE = 300;

/** What a device remembers about time. The local clock never feeds it, so a clock that was wrong for a while poisons nothing. */
export interface TimeMemory {
  /** Newest issue time that was verified, plus the time this device ran since. */
  readonly trusted: number;
  /** Marketplace time minus local time, where they differ by more than five minutes; else 0. */
  readonly offset: number;
}

/** Nothing verified yet. */
export const NO_TIME: TimeMemory = { trusted: 0, offset: 0 };

/** What time it is, and what to say about this device's clock. */
export interface JudgedTime {
  readonly now: number;
  readonly warning: "CLOCK_ROLLBACK" | "CLOCK_AHEAD" | null;
}

/**
 * The local clock, corrected by a known offset, but never more than ten minutes before the trusted time: further back, the
 * trusted time is used and a refresh is asked for. The lease stays good to its end.
 */
export function judgeTime(memory: TimeMemory, local: number): JudgedTime {
  const corrected = local + memory.offset;
  if (corrected < memory.trusted - ROLLBACK_TOLERANCE) return { now: memory.trusted, warning: "CLOCK_ROLLBACK" };
  const warning = memory.offset > 0 ? "CLOCK_ROLLBACK" : memory.offset < 0 ? "CLOCK_AHEAD" : null;
  return { now: corrected, warning };
}

/** After a signed answer to our own request: its issue time is the time. Both directions, nothing is locked. */
export function learnTime(issuedAt: number, local: number): TimeMemory {
  const difference = issuedAt - local;
  // A replayed answer cannot carry a fresh nonce, so the newest one rules, also downward.
  return { trusted: issuedAt, offset: Math.abs(difference) > OFFSET_TOLERANCE ? difference : 0 };
}

/** The trusted time moves on while the device runs. */
export function passTime(memory: TimeMemory, seconds: number): TimeMemory {
  return memory.trusted === 0 || seconds <= 0 ? memory : { ...memory, trusted: memory.trusted + seconds };
}

/** A document nobody asked for must not come from later than five minutes ahead. */
export function isFromFuture(issuedAt: number, now: number): boolean {
  return issuedAt > now + OFFSET_TOLERANCE;
}
