import { encodeHex } from "../../domain/bytes.ts";
import {
  HOOK_HEADERS,
  hookMessageId,
  hookRetryDelay,
  hookSignedContent,
  MAX_HOOK_FAILURES,
  renderHookMessage,
} from "../../domain/release/hook-events.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { type ClaimedHookDelivery, HOOK_BELL } from "./ports.ts";

type Needs = Pick<World, "hooks" | "webhookSender" | "webhookBell" | "hmac" | "clock">;

/** Longer than the sender's time-out: a row left in `sending` this long was left by a crash. */
const CLAIM_SECONDS = 2 * MINUTE;
/** The longest a queue keeps a message; a bell that comes early finds nothing due, and the sweep rings again. */
const MAX_DELAY_SECONDS = 43_200;
const PER_SWEEP = 500;

/**
 * Sends one message to one hook (README of the releases, Webhooks). Safe to call twice, at once, or for nothing: only a
 * guarded claim leads to a request. Every answer but 2xx is a failure and is tried again until the delays are used up.
 */
export async function deliverHook(world: Needs, deliveryId: string): Promise<void> {
  const now = unixSeconds(world.clock.now());
  const claimed = await world.hooks.claim(deliveryId, now, now + CLAIM_SECONDS);
  if (claimed === null) return;
  const body = renderHookMessage(claimed);
  const answer = await world.webhookSender.post(claimed.url, body, await signed(world, claimed, body, now));
  const status = typeof answer === "string" ? null : answer.status;
  if (status !== null && status >= 200 && status < 300) return world.hooks.delivered(claimed.id, status, now);
  // An address that may not be asked will not become one that may.
  const delay = answer === "refused_address" ? null : hookRetryDelay(claimed.attempts);
  const notBefore = delay === null ? null : now + delay;
  await world.hooks.failed(claimed.id, status, notBefore, MAX_HOOK_FAILURES, now);
  if (delay !== null) await world.webhookBell.ring(`${HOOK_BELL}${claimed.id}`, Math.min(delay, MAX_DELAY_SECONDS));
}

async function signed(
  world: Needs,
  claimed: ClaimedHookDelivery,
  body: string,
  now: number,
): Promise<Record<string, string>> {
  const id = hookMessageId(claimed.id);
  const signatures: string[] = [];
  for (const secret of claimed.secrets) {
    const bytes = await world.hmac.sign(secret, hookSignedContent(id, now, body));
    signatures.push(`v1=${encodeHex(bytes)}`);
  }
  return {
    [HOOK_HEADERS.id]: id,
    [HOOK_HEADERS.timestamp]: String(now),
    [HOOK_HEADERS.signature]: signatures.join(","),
  };
}

/** Rings for whatever is owed: rows do not forget. */
export async function sweepHooks(world: Pick<World, "hooks" | "webhookBell" | "clock">): Promise<void> {
  for (const id of await world.hooks.due(unixSeconds(world.clock.now()), PER_SWEEP))
    await world.webhookBell.ring(`${HOOK_BELL}${id}`);
}
