import { dueChange } from "../../domain/license/transitions.ts";
import { ok } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { applyChange, type ChangeWorld } from "./apply-change.ts";
import { sealEvents } from "./audit-seal.ts";
import { makeOp } from "./make-ids.ts";

const EXPIRING = 7 * DAY;
const PER_SWEEP = 200;

type Needs = ChangeWorld & Pick<World, "licenseSweeper" | "licenseKeys" | "licenseAudit">;

/**
 * What only time brings about, told once: ends that come near, ends, lapsed leases, plans whose day has come; then sealed
 * keys are erased, the audit is sealed and what nobody needs goes. No answer depends on any of it.
 */
export async function sweepLicenses(world: Needs): Promise<void> {
  const { licenseSweeper: sweeper } = world;
  const now = unixSeconds(world.clock.now());
  for (const licenseId of await sweeper.dueChanges(now, PER_SWEEP)) await applyDueChange(world, licenseId);
  const told = [
    ...(await sweeper.tellExpiring(now, EXPIRING, makeOp(world), PER_SWEEP)),
    ...(await sweeper.tellExpired(now, makeOp(world), PER_SWEEP)),
    ...(await sweeper.tellLapsed(now, makeOp(world), PER_SWEEP)),
  ];
  for (const licenseId of new Set(told)) ringWebhooks(world, "license", licenseId);
  await world.licenseKeys.erase(now);
  await sealEvents(world);
  await sweeper.prune(now);
}

/** A downgrade takes effect at the end of the term that was paid for. */
export function applyDueChange(world: ChangeWorld, licenseId: string): ReturnType<typeof applyChange> {
  return applyChange(world, { licenseId }, async ({ license }, now) => {
    const due = dueChange(license, now);
    const data = { from: license.type, to: due?.type ?? license.type };
    const change = { kind: "license.downgraded", data, actor: { kind: "system", id: null } } as const;
    return ok({ transition: ok(due ?? ("unchanged" as const)), change });
  });
}
