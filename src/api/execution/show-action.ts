import { isoTime } from "../../domain/time.ts";
import type { WaitingAction } from "../../market/execution/pull-ports.ts";

/** A write that waits, for its own instance. */
export function showAction({ instanceId: _, createdAt, ...action }: WaitingAction) {
  return { ...action, createdAt: isoTime(createdAt) };
}
