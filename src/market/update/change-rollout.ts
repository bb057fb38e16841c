import { mayAs } from "../../domain/account/organization-rights.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, mayReview, publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { COOLDOWN, DEFAULT_STEPS, isFaster, type Rollout, type RolloutStep } from "../../domain/update/rollout.ts";
import type { World } from "../ports.ts";
import type { ReleaseRollout, RolloutChange } from "./rollout-ports.ts";

/** What somebody wants to become of a rollout (README of src/domain/update, Changing a plan). */
export type RolloutWish =
  | { readonly kind: "set"; readonly steps: readonly RolloutStep[]; readonly reason: string | null }
  | { readonly kind: "pause"; readonly reason: string | null }
  | { readonly kind: "resume"; readonly reason: string | null };

type Needs = Pick<World, "rollouts" | "catalogue" | "clock" | "tuf" | "background">;
type Refusal = Problem<
  | "release_not_found"
  | "PERMISSION_DENIED"
  | "rollout_faster"
  | "rollout_reason"
  | "state_conflict"
  | "VALIDATION_ERROR"
>;

/** Anybody may read it: it is in the signed index. */
export async function showRollout(
  world: Pick<World, "rollouts">,
  which: { readonly pluginId: string; readonly version: string },
): Promise<Result<ReleaseRollout, Problem<"release_not_found">>> {
  const found = await world.rollouts.find(which.pluginId, which.version);
  return found === null ? refuse({ reason: "release_not_found" }) : ok(found);
}

/** Owners and maintainers slow down, stop and go on; faster than the default only the desk. */
export async function changeRollout(
  world: Needs,
  principal: Principal,
  which: { readonly pluginId: string; readonly version: string },
  wish: RolloutWish,
): Promise<Result<ReleaseRollout, Refusal>> {
  const found = await world.rollouts.find(which.pluginId, which.version);
  if (found === null) return refuse({ reason: "release_not_found" });
  if (principal.kind !== "account" || !(await mayRoll(world, principal, found)))
    return refuse({ reason: "PERMISSION_DENIED" });
  const now = unixSeconds(world.clock.now());
  const planned = planChange(found, wish, mayReview(principal), now);
  if (!planned.ok) return planned;
  const change: RolloutChange = { ...planned.value, reason: wish.reason, accountId: principal.accountId };
  if (!(await world.rollouts.write(found, change, now))) return refuse({ reason: "state_conflict" });
  world.background.defer(world.tuf.write());
  const after = await world.rollouts.find(which.pluginId, which.version);
  return after === null ? refuse({ reason: "release_not_found" }) : ok(after);
}

function planChange(
  { rollout, publishedAt, stoppedAt }: ReleaseRollout,
  wish: RolloutWish,
  isDesk: boolean,
  now: number,
): Result<Pick<RolloutChange, "rollout" | "action">, Refusal> {
  if (wish.kind === "pause")
    return rollout.state === "active"
      ? ok({ action: "rollout.paused", rollout: { ...rollout, state: "paused" } })
      : refuse({ reason: "state_conflict", facts: { state: rollout.state } });
  if (wish.kind === "resume") {
    if (rollout.state === "active") return refuse({ reason: "state_conflict", facts: { state: rollout.state } });
    if (rollout.state === "halted" && wish.reason === null) return refuse({ reason: "rollout_reason" });
    // It goes on where it stopped: time that passed meanwhile is no experience.
    const pause = stoppedAt === null ? 0 : Math.max(0, now - Math.max(stoppedAt, rollout.startsAt));
    const resumed: Rollout = { ...rollout, state: "active", startsAt: rollout.startsAt + pause };
    return ok({ action: "rollout.resumed", rollout: resumed });
  }
  const wrong = wrongStep(wish.steps);
  if (wrong !== null)
    return refuse({
      reason: "VALIDATION_ERROR",
      facts: { errors: [{ pointer: `/steps/${wrong}`, detail: STEPS_RULE }] },
    });
  const plan: Rollout = { ...rollout, steps: wish.steps };
  const usual = { startsAt: publishedAt + COOLDOWN, steps: DEFAULT_STEPS };
  if (!isDesk && isFaster(plan, usual)) return refuse({ reason: "rollout_faster" });
  return ok({ action: "rollout.changed", rollout: plan });
}

const STEPS_RULE = "Steps begin at 0 and rise in time and share.";

/** Index of the first step that is out of order; null: all are in order. */
function wrongStep(steps: readonly RolloutStep[]): number | null {
  const at = steps.findIndex(({ after, basisPoints }, index) => {
    const before = steps[index - 1];
    return before === undefined ? after !== 0 : after <= before.after || basisPoints < before.basisPoints;
  });
  return at === -1 ? null : at;
}

/** The desk, or a token with `release:publish` of an owner or maintainer that covers the plugin. */
async function mayRoll(world: Needs, principal: Principal, { name, publisherId }: ReleaseRollout): Promise<boolean> {
  if (mayReview(principal)) return true;
  const authority = publishAuthority(principal);
  if (authority === null || !authority.mayPublish || !coversPlugin(authority, name)) return false;
  const memberships = await world.catalogue.memberships(authority.actor.id);
  return memberships.some((member) => member.publisherId === publisherId && mayAs(member.role, "publish"));
}
