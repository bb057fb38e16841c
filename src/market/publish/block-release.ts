import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import type { BlockCode } from "../../domain/release/blocks.ts";
import { CONFIRM_SECONDS } from "../../domain/release/blocks.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";
import type { PublicRelease } from "./pipeline-ports.ts";

type Needs = Pick<World, "catalogue" | "pipeline" | "clock" | "site" | "tuf" | "background">;
type Refusal = Problem<
  "release_not_found" | "PERMISSION_DENIED" | "own_plugin" | "own_decision" | "proof_required" | "state_conflict"
>;

/** Any public state → blocked, at once; it lapses to yanked unless somebody else confirms it before `confirmUntil`. */
export async function blockRelease(
  world: Needs,
  principal: Principal,
  releaseId: string,
  wanted: { readonly code: BlockCode; readonly reason: string },
): Promise<Result<{ readonly releaseId: string; readonly confirmUntil: number }, Refusal>> {
  const seen = await onDesk(world, principal, releaseId);
  if (!seen.ok) return seen;
  const { release, desk } = seen.value;
  const at = unixSeconds(world.clock.now());
  const isDone = await world.pipeline.block(release, { ...wanted, accountId: desk.accountId }, at);
  if (!isDone) return refuse({ reason: "state_conflict", facts: { state: release.state } });
  world.background.defer(world.tuf.write());
  return ok({ releaseId, confirmUntil: at + CONFIRM_SECONDS });
}

/** Another person's word: the block stays. */
export async function confirmBlock(
  world: Needs,
  principal: Principal,
  releaseId: string,
): Promise<Result<{ readonly releaseId: string }, Refusal>> {
  const seen = await onDesk(world, principal, releaseId);
  if (!seen.ok) return seen;
  const { accountId } = seen.value.desk;
  const block = (await world.pipeline.standings([releaseId])).get(releaseId)?.block ?? null;
  if (block?.askedBy === accountId) return refuse({ reason: "own_decision" });
  const isDone = await world.pipeline.confirmBlock(releaseId, accountId, unixSeconds(world.clock.now()));
  return isDone ? ok({ releaseId }) : refuse({ reason: "state_conflict", facts: { state: seen.value.release.state } });
}

/** blocked → what it was: the first person asks, another one lifts. */
export async function liftBlock(
  world: Needs,
  principal: Principal,
  releaseId: string,
  reason: string,
): Promise<Result<{ readonly releaseId: string; readonly step: "asked" | "lifted" }, Refusal>> {
  const seen = await onDesk(world, principal, releaseId);
  if (!seen.ok) return seen;
  const { accountId } = seen.value.desk;
  const block = (await world.pipeline.standings([releaseId])).get(releaseId)?.block ?? null;
  if (block === null) return refuse({ reason: "state_conflict", facts: { state: seen.value.release.state } });
  if (block.liftAskedBy === accountId) return refuse({ reason: "own_decision" });
  const step = await world.pipeline.lift(releaseId, accountId, reason, unixSeconds(world.clock.now()));
  if (step === null) return refuse({ reason: "state_conflict" });
  if (step === "lifted") world.background.defer(world.tuf.write());
  return ok({ releaseId, step });
}

async function onDesk(
  world: Needs,
  principal: Principal,
  releaseId: string,
): Promise<Result<{ readonly release: PublicRelease; readonly desk: AccountPrincipal }, Refusal>> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const unproven = refuseWithoutProof(world, principal);
  if (unproven !== null) return refuse(unproven);
  const release = await world.pipeline.publicRelease(releaseId);
  if (release === null) return refuse({ reason: "release_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  if (memberships.some(({ publisherId }) => publisherId === release.publisherId))
    return refuse({ reason: "own_plugin" });
  return ok({ release, desk: principal });
}
