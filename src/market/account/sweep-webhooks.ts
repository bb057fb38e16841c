import { WEBHOOK_LIFE_SECONDS } from "../../domain/account/webhook.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

const MAX_PER_SWEEP = 500;

/** Queues forget; rows do not. Rings again for everything due, and gives up what is older than 72 h. */
export async function sweepWebhooks(
  world: Pick<World, "webhooks" | "webhookBell" | "clock">,
): Promise<{ readonly rung: number }> {
  const now = unixSeconds(world.clock.now());
  const due = await world.webhooks.sweep(now, now - WEBHOOK_LIFE_SECONDS, MAX_PER_SWEEP);
  for (const id of due) await world.webhookBell.ring(id);
  return { rung: due.length };
}
