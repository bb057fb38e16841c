import { DAY, unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { sealEvents } from "./audit-seal.ts";
import { makeOp } from "./make-ids.ts";

const EXPIRING = 7 * DAY;
const PER_SWEEP = 200;

type Needs = Pick<
  World,
  | "licenses"
  | "licenseSweeper"
  | "licenseKeys"
  | "licenseAudit"
  | "chance"
  | "clock"
  | "webhooks"
  | "webhookBell"
  | "background"
>;

/**
 * What only time brings about, told once: ends that come near, ends, lapsed leases, plans whose day has come; then sealed
 * keys are erased, the audit is sealed and what nobody needs goes. No answer depends on any of it.
 */
export async function sweepLicenses(world: Needs): Promise<void> {
  const { licenseSweeper: sweeper } = world;
  const now = unixSeconds(world.clock.now());
  const due = await sweeper.dueChanges(now, PER_SWEEP);
  // Whoever reads such a license writes its change.
  for (const licenseId of due) await world.licenses.find({ licenseId }, NO_DEVICE, now);
  const told = [
    ...due,
    ...(await sweeper.tellExpiring(now, EXPIRING, makeOp(world), PER_SWEEP)),
    ...(await sweeper.tellExpired(now, makeOp(world), PER_SWEEP)),
    ...(await sweeper.tellLapsed(now, makeOp(world), PER_SWEEP)),
  ];
  for (const licenseId of new Set(told)) ringWebhooks(world, "license", licenseId);
  await world.licenseKeys.erase(now);
  await sealEvents(world);
  await sweeper.prune(now);
}
