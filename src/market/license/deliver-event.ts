import { judgeAnswer, MAX_HOOK_REFUSALS, retryDelay, WEBHOOK_LIFE_SECONDS } from "../../domain/account/webhook.ts";
import { renderLicenseEvent, signedContent } from "../../domain/license/webhook-kinds.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { presentWithoutKey } from "./present-license.ts";
import { type ClaimedEvent, SUBSCRIBER_BELL } from "./subscriber-ports.ts";

type Needs = Pick<World, "subscribers" | "licenses" | "webhookSender" | "webhookBell" | "hmac" | "clock">;

const CLAIM_SECONDS = 2 * MINUTE;

/**
 * Sends one event to one subscriber, in the order of the license's sequence. Headers of the Standard Webhooks specification
 * (standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>` over id, timestamp and body.
 * Safe to call twice, at once, or for nothing.
 */
export async function deliverEvent(world: Needs, rowId: string): Promise<void> {
  const now = unixSeconds(world.clock.now());
  const claimed = await world.subscribers.claim(rowId, now, now + CLAIM_SECONDS);
  if (claimed !== null && !(await send(world, claimed, now))) return;
  const next = await world.subscribers.nextOwed(rowId);
  if (next !== null) await ring(world, next, now);
}

/** True once this row is owed no more. */
async function send(world: Needs, claimed: ClaimedEvent, now: number): Promise<boolean> {
  const { subscribers } = world;
  const id = `msg_${claimed.id}`;
  const facts = await world.licenses.find({ licenseId: claimed.event.licenseId }, NO_DEVICE, now);
  const license = facts === null ? null : { ...presentWithoutKey(facts, now) };
  const body = renderLicenseEvent(id, claimed.event, license);
  const signature = await world.hmac.sign(claimed.secret, signedContent(id, now, body));
  const answer = await world.webhookSender.post(claimed.url, body, {
    "webhook-id": id,
    "webhook-timestamp": String(now),
    "webhook-signature": `v1,${btoa(String.fromCharCode(...signature))}`,
  });
  const status = typeof answer === "string" ? null : answer.status;
  const verdict = answer === "refused_address" ? "dead" : judgeAnswer(status);
  const again = now + retryDelay(claimed.attempts);
  if (verdict === "hook_refused") await subscribers.countRefusal(claimed.subscriberId, MAX_HOOK_REFUSALS, now);
  if (verdict === "delivered") {
    await subscribers.delivered(claimed.id, status as number, now);
    return true;
  }
  if (verdict === "dead" || again > claimed.createdAt + WEBHOOK_LIFE_SECONDS) {
    await subscribers.bury(claimed.id, status);
    return true;
  }
  await subscribers.postpone(claimed.id, status, again);
  await ring(world, { id: claimed.id, notBefore: again }, now);
  return false;
}

async function ring(
  world: Pick<World, "webhookBell">,
  owed: { readonly id: string; readonly notBefore: number },
  now: number,
): Promise<void> {
  await world.webhookBell.ring(`${SUBSCRIBER_BELL}${owed.id}`, Math.max(0, owed.notBefore - now));
}
