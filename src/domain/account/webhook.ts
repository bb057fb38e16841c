import type { Json } from "../json/json.ts";
import { HOUR, isoTime, MINUTE } from "../time.ts";

/** What instances are told; names and payloads are the host's. */
export const WEBHOOK_EVENTS = [
  "license.created",
  "license.updated",
  "license.revoked",
  "plugin.downloaded",
  "plugin.reviewed",
  "plugin.suspended",
  "payment.completed",
  "payment.failed",
  "payment.refunded",
  "payment.disputed",
  "payment.due",
  "installation.suspended",
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export interface WebhookMessage {
  readonly event: WebhookEvent;
  readonly data: { readonly [key: string]: Json };
  /** Number of the outbox row. */
  readonly id: string;
  /** Unix seconds. */
  readonly createdAt: number;
  /** 0 is left out. */
  readonly sequence: number;
}

/** The exact text that is signed and sent: the receiver parses it, serialises it again and compares. */
export function renderWebhook({ event, data, id, createdAt, sequence }: WebhookMessage): string {
  return JSON.stringify({
    event,
    data,
    id: `evt_${id}`,
    createdAt: isoTime(createdAt),
    ...(sequence > 0 ? { sequence } : {}),
  });
}

export const WEBHOOK_SIGNATURE_HEADER = "X-Marketplace-Signature";

/** How long `license.created` waits after an instance's own `POST /licenses`, in seconds (README, Webhooks). */
export const OWN_LICENSE_HOLD_SECONDS = 60;
/** A row is given up this long after it was written. */
export const WEBHOOK_LIFE_SECONDS = 72 * HOUR;
/** So many 401 or 410 in a row pause the hook. */
export const MAX_HOOK_REFUSALS = 5;

const DELAYS = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR] as const;

/** Seconds until the next try after `attempts` tries (1 = the first one failed). */
export function retryDelay(attempts: number): number {
  return DELAYS[attempts - 1] ?? 12 * HOUR;
}

export type Verdict = "delivered" | "retry" | "hook_refused" | "dead";

/** What an answer of the receiver means; null = nothing came back in time. */
export function judgeAnswer(status: number | null): Verdict {
  if (status === null || status === 429 || status >= 500) return "retry";
  if (status >= 200 && status < 300) return "delivered";
  return status === 401 || status === 410 ? "hook_refused" : "dead";
}
