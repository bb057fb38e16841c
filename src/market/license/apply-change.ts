import type { Json } from "../../domain/json/json.ts";
import type { License } from "../../domain/license/license.ts";
import type { LicensePatch, Transition } from "../../domain/license/transitions.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { makeOp } from "./make-ids.ts";
import type { Actor, LicenseFacts, LicenseRef } from "./ports.ts";

/** What one change of a license is called in the audit, and by whom it is made. */
export interface NamedChange {
  /** `license.suspended` …: the event's kind. */
  readonly kind: string;
  readonly data: { readonly [member: string]: Json };
  readonly actor: Actor;
}

export type ChangeWorld = Pick<
  World,
  "licenses" | "lastGood" | "chance" | "clock" | "webhooks" | "webhookBell" | "background"
>;
/** Facts after the change; `isChanged: false`: it was so before. */
export interface Changed {
  readonly facts: LicenseFacts;
  readonly isChanged: boolean;
}

const ATTEMPTS = 3;

/**
 * Read, decide, write only if nobody wrote in between; three times at most, then `STATE_CHANGED`. State, event, webhooks and
 * the entry of the revocation list are one transaction. `decide` may look at more than the license and may refuse.
 */
export async function applyChange(
  world: ChangeWorld,
  ref: LicenseRef,
  decide: (
    facts: LicenseFacts,
    now: number,
  ) => Promise<Result<{ readonly transition: Transition; readonly change: NamedChange }, Problem<Reason>>>,
): Promise<Result<Changed, Problem<Reason>>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = unixSeconds(world.clock.now());
    const facts = await world.licenses.find(ref, NO_DEVICE, now);
    if (facts === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
    const decided = await decide(facts, now);
    if (!decided.ok) return decided;
    const { transition, change } = decided.value;
    if (!transition.ok) return transition;
    if (transition.value === "unchanged") {
      // Whoever repeats it may do so because the first answer failed after the write.
      if (isStopped(facts.license)) await forget(world, facts.license);
      return ok({ facts, isChanged: false });
    }
    const refused = await refusePlan(world, facts, transition.value, now);
    if (refused !== null) return refuse(refused);
    const isWritten = await world.licenses.change({
      license: facts.license,
      patch: transition.value,
      ...change,
      op: makeOp(world),
      now,
    });
    if (!isWritten) continue;
    const after = await world.licenses.find({ licenseId: facts.license.id }, NO_DEVICE, now);
    if (after === null) throw new Error("a changed license cannot be found");
    // Before the answer: a host that asks while the database is away must not hear of a right that was taken.
    if (isStopped(after.license) || transition.value.userId !== undefined) await forget(world, after.license);
    ringWebhooks(world, "license", after.license.id);
    return ok({ facts: after, isChanged: true });
  }
  return refuse({ reason: "STATE_CHANGED" });
}

/** A plan that the license's devices contradict changes nothing. */
async function refusePlan(
  world: Pick<World, "licenses">,
  { license }: LicenseFacts,
  patch: LicensePatch,
  now: number,
): Promise<Problem<Reason> | null> {
  if (patch.sold === undefined) return null;
  const why = await world.licenses.planConflict(license, patch, now);
  return why === null ? null : { reason: "PLAN_CHANGE_REFUSED", facts: { why } };
}

function isStopped({ state }: License): boolean {
  return state === "revoked" || state === "suspended";
}

function forget(world: Pick<World, "lastGood">, { instanceId, id, epoch }: License): Promise<void> {
  return world.lastGood.forgetLicense(instanceId, id, epoch);
}
