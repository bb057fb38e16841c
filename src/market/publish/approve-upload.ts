import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { refuseWithoutProof } from "../account/step-up.ts";
import type { World } from "../ports.ts";

type Needs = Pick<World, "releases" | "catalogue" | "pipeline" | "clock" | "site" | "background" | "releaseBell">;

/**
 * Closes the gate `approval` of an upload that came with a credential that may only stage: an owner or maintainer, in a
 * session with a fresh passkey proof. A `ci` token never does, whatever scopes it carries.
 */
export async function approveUpload(
  world: Needs,
  principal: Principal,
  releaseId: string,
): Promise<
  Result<
    { readonly releaseId: string },
    Problem<"release_not_found" | "PERMISSION_DENIED" | "proof_required" | "state_conflict">
  >
> {
  const facts = await world.releases.show(releaseId);
  if (facts === null || principal.kind !== "account") return refuse({ reason: "release_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  const own = memberships.find(({ publisherId }) => publisherId === facts.publisherId);
  if (own === undefined) return refuse({ reason: "release_not_found" });
  const authority = publishAuthority(principal);
  const isAllowed = own.role === "owner" || own.role === "maintainer";
  if (!isAllowed || !authority?.mayPublish || !coversPlugin(authority, facts.name))
    return refuse({ reason: "PERMISSION_DENIED" });
  const unproven = refuseWithoutProof(world, principal);
  if (unproven !== null) return refuse(unproven);
  const now = unixSeconds(world.clock.now());
  const isClosed = await world.pipeline.approveUpload(releaseId, principal.accountId, now);
  if (!isClosed) return refuse({ reason: "state_conflict", facts: { state: facts.state } });
  world.background.defer(world.releaseBell.ring(releaseId));
  return ok({ releaseId });
}
