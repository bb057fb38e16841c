import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

const DEFAULT_REASON = "Withdrawn by its publisher";

/** review → rejected, by an owner or maintainer of the publisher. For strangers the release does not exist. */
export async function withdrawRelease(
  world: Pick<World, "releases" | "releaseStates" | "catalogue" | "clock">,
  principal: Principal,
  releaseId: string,
  reason: string = DEFAULT_REASON,
): Promise<
  Result<{ readonly releaseId: string }, Problem<"release_not_found" | "PERMISSION_DENIED" | "state_conflict">>
> {
  const facts = await world.releases.show(releaseId);
  if (facts === null || principal.kind !== "account") return refuse({ reason: "release_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  const own = memberships.find(({ publisherId }) => publisherId === facts.publisherId);
  if (own === undefined) return refuse({ reason: "release_not_found" });
  const authority = publishAuthority(principal);
  const isAllowed = own.role === "owner" || own.role === "maintainer";
  if (!isAllowed || authority === null || !coversPlugin(authority, facts.name))
    return refuse({ reason: "PERMISSION_DENIED" });
  const at = unixSeconds(world.clock.now());
  if (facts.state !== "review" || !(await world.releaseStates.withdraw(releaseId, reason, principal.accountId, at)))
    return refuse({ reason: "state_conflict", facts: { state: facts.state } });
  return ok({ releaseId });
}
