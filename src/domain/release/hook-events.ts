import type { Json } from "../json/json.ts";
import { HOUR, isoTime, MINUTE } from "../time.ts";

/** What publishers and operators can be told (README, Webhooks). `license.*` stands for every change of a license. */
export const HOOK_EVENTS = [
  "release.staged",
  "release.review",
  "release.published",
  "release.rejected",
  "release.yanked",
  "release.deprecated",
  "release.blocked",
  "finding.created",
  "report.created",
  "review.created",
  "rollout.halted",
  "transfer.offered",
  "transfer.completed",
  "key.added",
  "key.compromised",
  "advisory.published",
  "license.created",
  "license.updated",
  "license.revoked",
  "license.suspended",
  "license.reactivated",
  "license.expiring",
  "license.expired",
  "license.renewed",
  "license.upgraded",
  "license.downgraded",
  "license.transferred",
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

export interface HookMessage {
  /** Number of the delivery. */
  readonly id: string;
  readonly type: string;
  /** 1, 2, 3 … of this hook, without a gap. */
  readonly sequence: number;
  /** Unix seconds. */
  readonly at: number;
  readonly data: { readonly [key: string]: Json };
}

/** The exact text that is signed and sent. */
export function renderHookMessage({ id, type, sequence, at, data }: HookMessage): string {
  return JSON.stringify({ id: hookMessageId(id), type, sequence, createdAt: isoTime(at), data });
}

export function hookMessageId(deliveryId: string): string {
  return `hev_${deliveryId}`;
}

/** What the signature covers. A receiver refuses a timestamp more than five minutes from its clock, and an id it has seen. */
export function hookSignedContent(id: string, timestamp: number, body: string): string {
  return `${id}.${timestamp}.${body}`;
}

export const HOOK_HEADERS = { id: "rbsm-id", timestamp: "rbsm-timestamp", signature: "rbsm-signature" } as const;

/** So many failed requests in a row pause a hook. */
export const MAX_HOOK_FAILURES = 20;
export const HOOKS_PER_OWNER = 10;
/** How long the secret before this one signs, too. */
export const ROTATION_SECONDS = 24 * HOUR;

const DELAYS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 24 * HOUR] as const;

/** Seconds until the next try after so many; null: it was the last, the delivery is a dead letter. */
export function hookRetryDelay(attempts: number): number | null {
  return DELAYS[attempts - 1] ?? null;
}
