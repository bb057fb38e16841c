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
import type { World } from "../ports.ts";
import type { ClaimedWebhook, LicenseFacts } from "./ports.ts";

export type DeliveryWorld = Pick<
  World,
  "webhooks" | "webhookFacts" | "webhookSender" | "webhookBell" | "hmac" | "clock"
>;

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
  if (data === null) {
    await world.webhooks.bury(claimed.id, null);
  } else {
    await send(world, claimed, data);
  }
  const next = await world.webhooks.nextOwed(claimed.id);
  if (next !== null) await ring(world, next, now);
}

async function send(
  world: DeliveryWorld,
  claimed: ClaimedWebhook,
  data: { readonly [key: string]: Json },
): Promise<void> {
  const { webhooks } = world;
  const body = renderWebhook({ ...claimed, data });
  const signature = encodeHex(await world.hmac.sign(claimed.secret, body));
  const answer = await world.webhookSender.post(claimed.url, body, { [WEBHOOK_SIGNATURE_HEADER]: signature });
  const now = unixSeconds(world.clock.now());
  if (answer === "refused_address") return webhooks.bury(claimed.id, null);
  const status = answer === "unreachable" ? null : answer.status;
  const verdict = judgeAnswer(status);
  if (verdict === "delivered") return webhooks.delivered(claimed.id, status as number, now);
  if (verdict === "dead") return webhooks.bury(claimed.id, status);
  if (verdict === "hook_refused") await webhooks.countRefusal(claimed.instanceId, MAX_HOOK_REFUSALS, now);
  const again = now + retryDelay(claimed.attempts);
  if (again > claimed.createdAt + WEBHOOK_LIFE_SECONDS) return webhooks.bury(claimed.id, status);
  await webhooks.postpone(claimed.id, status, again);
}

/** What the receiver is told: licenses as they are now, everything else as it was written down. */
async function payloadOf(
  world: DeliveryWorld,
  { event, subjectKind, subjectId, instanceId, data }: ClaimedWebhook,
): Promise<{ readonly [key: string]: Json } | null> {
  if (subjectKind !== "license" || subjectId === null) return data;
  const license = await world.webhookFacts.license(subjectId, instanceId);
  if (license === null) return null;
  if (event === "license.created") return createdData(license);
  if (event === "license.updated") return updatedData(license);
  if (event === "license.revoked") return { licenseKey: license.licenseKey };
  return data;
}

function createdData(license: LicenseFacts): { readonly [key: string]: Json } {
  const { id, licenseKey, pluginId, userId, type, expiresAt, hardwareId, maxInstalls } = license;
  return {
    id,
    licenseKey,
    pluginId,
    userId,
    type,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(hardwareId === null ? {} : { hardwareId }),
    maxInstalls,
  };
}

/** The receiver takes a missing end for "no change", so a perpetual license names a day that will not come. */
const PERPETUAL = "9999-12-31T00:00:00.000Z";

function updatedData(license: LicenseFacts): { readonly [key: string]: Json } {
  const { licenseKey, status, expiresAt, maxInstalls, currentInstalls } = license;
  return { licenseKey, status, expiresAt: expiresAt ?? PERPETUAL, maxInstalls, currentInstalls };
}

async function ring(
  world: DeliveryWorld,
  owed: { readonly id: string; readonly notBefore: number },
  now: number,
): Promise<void> {
  // A row that is not due yet is found by the sweep.
  if (owed.notBefore <= now) await world.webhookBell.ring(owed.id);
}
