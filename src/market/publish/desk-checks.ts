import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";
import { acceptedChecks, checksToAccept } from "./judge-standing.ts";
import type { ReleaseFacts } from "./ports.ts";

type Needs = Pick<World, "releases" | "catalogue" | "pipeline" | "clock" | "site" | "background" | "releaseBell">;
type Refusal = Problem<
  "release_not_found" | "PERMISSION_DENIED" | "own_plugin" | "proof_required" | "state_conflict" | "check_open"
>;

/** Takes what one check found as it is, with a reason; of a severe finding this is one of two people. */
export async function acceptCheck(
  world: Needs,
  principal: Principal,
  releaseId: string,
  check: string,
  reason: string,
): Promise<Result<{ readonly releaseId: string; readonly isAccepted: boolean }, Refusal>> {
  const seen = await inReview(world, principal, releaseId);
  if (!seen.ok) return seen;
  const standing = (await world.pipeline.standings([releaseId])).get(releaseId);
  if (standing === undefined || !checksToAccept(standing).includes(check))
    return refuse({ reason: "check_open", facts: { check } });
  await world.pipeline.acceptChecks(
    releaseId,
    [check],
    seen.value.desk.accountId,
    reason,
    unixSeconds(world.clock.now()),
  );
  const after = (await world.pipeline.standings([releaseId])).get(releaseId);
  return ok({ releaseId, isAccepted: after !== undefined && acceptedChecks(after).includes(check) });
}

/** Runs every check again that did not come out clean. */
export async function rerunChecks(
  world: Needs,
  principal: Principal,
  releaseId: string,
): Promise<Result<{ readonly releaseId: string }, Refusal>> {
  const seen = await inReview(world, principal, releaseId);
  if (!seen.ok) return seen;
  const at = unixSeconds(world.clock.now());
  if (!(await world.pipeline.rerun(releaseId, seen.value.desk.accountId, at)))
    return refuse({ reason: "state_conflict" });
  world.background.defer(world.releaseBell.ring(releaseId));
  return ok({ releaseId });
}

async function inReview(
  world: Needs,
  principal: Principal,
  releaseId: string,
): Promise<Result<{ readonly facts: ReleaseFacts; readonly desk: AccountPrincipal }, Refusal>> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const unproven = refuseWithoutProof(world, principal);
  if (unproven !== null) return refuse(unproven);
  const facts = await world.releases.show(releaseId);
  if (facts === null) return refuse({ reason: "release_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  if (memberships.some(({ publisherId }) => publisherId === facts.publisherId)) return refuse({ reason: "own_plugin" });
  if (facts.state !== "review") return refuse({ reason: "state_conflict", facts: { state: facts.state } });
  return ok({ facts, desk: principal });
}
