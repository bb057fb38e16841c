import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, mayReview, publishAuthority } from "../../domain/release/authority.ts";
import { APPEAL_SECONDS, APPEAL_WORKING_DAYS } from "../../domain/release/blocks.ts";
import { afterWorkingDays } from "../../domain/release/reports.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";

type Needs = Pick<World, "releases" | "catalogue" | "pipeline" | "clock">;

/** Against a rejection, once, within fourteen days, by an owner or maintainer. Answers when it is decided at the latest. */
export async function appealRelease(
  world: Needs,
  principal: Principal,
  releaseId: string,
  reason: string,
): Promise<Result<{ readonly dueAt: number }, Problem<"release_not_found" | "PERMISSION_DENIED" | "appeal_closed">>> {
  const facts = await world.releases.show(releaseId);
  if (facts === null || principal.kind !== "account") return refuse({ reason: "release_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  const own = memberships.find(({ publisherId }) => publisherId === facts.publisherId);
  if (own === undefined) return refuse({ reason: "release_not_found" });
  const authority = publishAuthority(principal);
  const isAllowed = own.role === "owner" || own.role === "maintainer";
  if (!isAllowed || !authority?.mayPublish || !coversPlugin(authority, facts.name))
    return refuse({ reason: "PERMISSION_DENIED" });
  const standing = (await world.pipeline.standings([releaseId])).get(releaseId);
  const now = unixSeconds(world.clock.now());
  const decidedAt = standing?.decidedAt ?? null;
  const isLate = decidedAt === null || decidedAt + APPEAL_SECONDS < now;
  if (facts.state !== "rejected" || isLate || standing?.appeal !== null) return refuse({ reason: "appeal_closed" });
  const dueAt = afterWorkingDays(now, APPEAL_WORKING_DAYS);
  const isMade = await world.pipeline.appeal(releaseId, reason, principal.accountId, dueAt, now);
  return isMade ? ok({ dueAt }) : refuse({ reason: "appeal_closed" });
}

/** Another operator than the one who rejected decides; `overturned` brings the release back into review. */
export async function decideAppeal(
  world: Needs & Pick<World, "site" | "background" | "releaseBell">,
  principal: Principal,
  releaseId: string,
  decision: { readonly outcome: "upheld" | "overturned"; readonly reason: string },
): Promise<
  Result<
    { readonly releaseId: string; readonly outcome: "upheld" | "overturned" },
    Problem<
      "release_not_found" | "PERMISSION_DENIED" | "own_plugin" | "own_decision" | "appeal_closed" | "proof_required"
    >
  >
> {
  if (!mayReview(principal)) return refuse({ reason: "PERMISSION_DENIED" });
  const unproven = refuseWithoutProof(world, principal);
  if (unproven !== null) return refuse(unproven);
  const facts = await world.releases.show(releaseId);
  const standing = (await world.pipeline.standings([releaseId])).get(releaseId);
  if (facts === null || standing === undefined) return refuse({ reason: "release_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  if (memberships.some(({ publisherId }) => publisherId === facts.publisherId)) return refuse({ reason: "own_plugin" });
  if (standing.decidedBy === principal.accountId) return refuse({ reason: "own_decision" });
  if (standing.appeal === null || standing.appeal.outcome !== null) return refuse({ reason: "appeal_closed" });
  const now = unixSeconds(world.clock.now());
  const { outcome, reason } = decision;
  if (!(await world.pipeline.decideAppeal(releaseId, outcome, reason, principal.accountId, now)))
    return refuse({ reason: "appeal_closed" });
  if (outcome === "overturned") world.background.defer(world.releaseBell.ring(releaseId));
  return ok({ releaseId, outcome });
}

/** Appeals nobody has decided, the most urgent first. */
export function listAppeals(
  world: Pick<World, "pipeline">,
  limit: number,
): ReturnType<World["pipeline"]["openAppeals"]> {
  return world.pipeline.openAppeals(limit);
}
