import type { Problem } from "../problem.ts";
import { DAY } from "../time.ts";

/** All keys of a publisher are lost: this long its owners, told by mail, may stop whoever says so. */
export const RECOVERY_WAIT_SECONDS = 7 * DAY;
/** A request nobody comes back for lapses. */
export const RECOVERY_LIFE_SECONDS = 21 * DAY;

/** When a request is ripe, in Unix seconds. */
export function recoveryReadyAt(requestedAt: number): number {
  return requestedAt + RECOVERY_WAIT_SECONDS;
}

/** A lapsed request is none. */
export function isRecoveryOpen(requestedAt: number, now: number): boolean {
  return now < requestedAt + RECOVERY_LIFE_SECONDS;
}

/** May the marketplace sign the event now? */
export function judgeRecovery(requestedAt: number, now: number): Problem<"key_event_refused"> | null {
  const readyAt = recoveryReadyAt(requestedAt);
  return now >= readyAt ? null : { reason: "key_event_refused", facts: { action: "recover", readyAt } };
}
