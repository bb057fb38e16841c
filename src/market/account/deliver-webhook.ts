import {
  judgeAnswer,
  MAX_HOOK_REFUSALS,
  renderWebhook,
  retryDelay,
  WEBHOOK_LIFE_SECONDS,
  WEBHOOK_SIGNATURE_HEADER,
} from "../../domain/account/webhook.ts";
import { encodeHex } from "../../domain/bytes.ts";
import type { Json } from "../../domain/json/json.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import type { LicenseWebhookEvent } from "../license/render-webhook.ts";
import type { World } from "../ports.ts";
import type { ClaimedWebhook } from "./ports.ts";

type WebhookData = { readonly [key: string]: Json };

export interface DeliveryWorld extends Pick<World, "webhooks" | "webhookSender" | "webhookBell" | "hmac" | "clock"> {
  /** `data` of a license's webhook as the license is now; null when it or its readable key is gone. */
  renderLicense(licenseId: string, event: LicenseWebhookEvent, owed: WebhookData): Promise<WebhookData | null>;
}

/** A row left in `sending` this long was left by a crash. Longer than the sender's time-out. */
const CLAIM_SECONDS = 2 * MINUTE;

/**
 * Sends one owed webhook, or first the earlier ones about the same subject. Safe to call twice, at once, or for nothing:
 * only a guarded claim leads to a request.
 */
export async function deliverWebhook(world: DeliveryWorld, deliveryId: string): Promise<void> {
  const now = unixSeconds(world.clock.now());
  const earlier = await world.webhooks.earlierOwed(deliveryId);
  if (earlier !== null) return ring(world, earlier, now);
  const claimed = await world.webhooks.claim(deliveryId, now, now + CLAIM_SECONDS);
  if (claimed === null) return;
  const data = await payloadOf(world, claimed);
  if (data === null) await world.webhooks.bury(claimed.id, null);
  else if (!(await send(world, claimed, data))) return;
  const next = await world.webhooks.nextOwed(claimed.id);
  if (next !== null) await ring(world, next, now);
}

/** True once nothing is owed any more: it arrived, or it never will. */
async function send(world: DeliveryWorld, claimed: ClaimedWebhook, data: WebhookData): Promise<boolean> {
  const { webhooks } = world;
  const body = renderWebhook({ ...claimed, data });
  const signature = encodeHex(await world.hmac.sign(claimed.secret, body));
  const answer = await world.webhookSender.post(claimed.url, body, { [WEBHOOK_SIGNATURE_HEADER]: signature });
  const now = unixSeconds(world.clock.now());
  const status = typeof answer === "string" ? null : answer.status;
  const verdict = answer === "refused_address" ? "dead" : judgeAnswer(status);
  const again = now + retryDelay(claimed.attempts);
  if (verdict === "hook_refused") await webhooks.countRefusal(claimed.instanceId, MAX_HOOK_REFUSALS, now);
  if (verdict === "delivered") {
    await webhooks.delivered(claimed.id, status as number, now);
  } else if (verdict === "dead" || again > claimed.countedFrom + WEBHOOK_LIFE_SECONDS) {
    await webhooks.bury(claimed.id, status);
  } else {
    await webhooks.postpone(claimed.id, status, again);
    await ring(world, { id: claimed.id, notBefore: again }, now);
    return false;
  }
  return true;
}

/** What the receiver is told: licenses as they are now, everything else as it was written down. */
async function payloadOf(world: DeliveryWorld, claimed: ClaimedWebhook): Promise<WebhookData | null> {
  const { event, subjectKind, subjectId, data } = claimed;
  const isLicense = event === "license.created" || event === "license.updated" || event === "license.revoked";
  return isLicense && subjectKind === "license" && subjectId !== null
    ? world.renderLicense(subjectId, event, data)
    : data;
}

/** A row that is not due yet is rung for later; the sweep finds it too. */
async function ring(
  world: DeliveryWorld,
  owed: { readonly id: string; readonly notBefore: number },
  now: number,
): Promise<void> {
  await world.webhookBell.ring(owed.id, Math.max(0, owed.notBefore - now));
}
