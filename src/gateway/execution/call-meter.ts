import type { Job } from "../../domain/execution/job.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../../market/account/ring-webhooks.ts";
import type { Authority } from "../../market/execution/ports.ts";
import { makeOp } from "../../market/license/make-ids.ts";
import type { World } from "../../market/ports.ts";

const METRIC = "apiCalls";
/** The store gives at most a hundredth of the cap, whatever is wanted. */
const WANTED = 100;
/** A block that nobody spends any more goes back. */
const IDLE_SECONDS = 5 * MINUTE;
const MAX_BLOCKS = 1000;

interface Block {
  readonly period: string;
  left: number;
  /** Unix seconds. */
  usedAt: number;
}
type MeterWorld = Pick<World, "usage" | "clock" | "chance" | "background" | "webhooks" | "webhookBell">;

/**
 * Counts capability calls against the license's calls of the month. Units are reserved in blocks and spent in the memory
 * of this isolate, so that a call costs no write; blocks that lie idle are given back, and what an isolate takes with it
 * when it ends counts as used: at most a hundredth of the cap.
 */
export function createCallMeter() {
  const blocks = new Map<string, Block>();

  /** False: the quota of this month is exhausted. -1 is counted and never blocks; without a stated limit nothing is. */
  async function spend(world: MeterWorld, { license }: Job, { licenseId }: Authority): Promise<boolean> {
    const cap = license.limits[METRIC];
    if (cap === undefined) return true;
    const now = unixSeconds(world.clock.now());
    const period = new Date(now * 1000).toISOString().slice(0, 7);
    const block = blocks.get(licenseId);
    if (block !== undefined && block.period === period && block.left > 0) {
      block.left--;
      block.usedAt = now;
      return true;
    }
    giveBackIdle(world, now);
    const { taken, cap: stated } = await world.usage.reserve(licenseId, METRIC, WANTED, makeOp(world), now);
    if (taken === 0) return stated === -1;
    ringWebhooks(world, "license", licenseId);
    // Another run may have reserved meanwhile: what both got is spent.
    const known = blocks.get(licenseId);
    const left = taken - 1 + (known?.period === period ? known.left : 0);
    blocks.set(licenseId, { period, left, usedAt: now });
    return true;
  }

  function giveBackIdle(world: MeterWorld, now: number): void {
    for (const [licenseId, { period, left, usedAt }] of blocks) {
      if (usedAt > now - IDLE_SECONDS && blocks.size <= MAX_BLOCKS) continue;
      blocks.delete(licenseId);
      if (left > 0) world.background.defer(world.usage.giveBack(licenseId, METRIC, period, left));
    }
  }

  return { spend };
}

/** One per isolate. */
export const callMeter = createCallMeter();
