import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { type HostStatusWord, hostStatus } from "../../domain/release/states.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { mayKeepShelf, PLUGIN_ABSENT } from "./keep-shelf.ts";

export interface Submitted {
  readonly id: string;
  readonly releaseId: string;
  readonly version: string;
  readonly status: HostStatusWord;
}

/**
 * Asks for the review of the newest release. An upload asks for it by itself, so this rings once more for one that is being
 * checked, says that one is in review, and brings back one that was rejected by people or withdrawn. What a check refused
 * has to be uploaded anew.
 */
export async function submitForReview(
  world: Pick<World, "listingStates" | "catalogue" | "clock" | "background" | "releaseBell">,
  principal: Principal,
  pluginId: string,
): Promise<Result<Submitted, Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "state_conflict">>> {
  const facts = await world.listingStates.find(pluginId);
  const actor = facts === null ? null : await mayKeepShelf(world, principal, facts);
  if (facts === null || actor === "absent") return refuse(PLUGIN_ABSENT);
  if (actor === null || actor === "denied") return refuse({ reason: "PERMISSION_DENIED" });
  const { newest } = facts;
  if (newest === null) return refuse(PLUGIN_ABSENT);
  const { releaseId, version, state, isDirty } = newest;
  const answer = (status: HostStatusWord) => ok({ id: pluginId, releaseId, version, status });
  if (state === "review") return answer("review");
  if (state === "staged" || state === "scanning") {
    world.background.defer(world.releaseBell.ring(releaseId));
    return answer(hostStatus(state));
  }
  const at = unixSeconds(world.clock.now());
  if (state !== "rejected" || isDirty) return refuse({ reason: "state_conflict", facts: { state } });
  if (await world.listingStates.resubmit(releaseId, actor, at)) return answer("review");
  // Somebody else of the house may have asked at the same time.
  const after = (await world.listingStates.find(pluginId))?.newest ?? null;
  const isThere = after?.releaseId === releaseId && after.state === "review";
  return isThere ? answer("review") : refuse({ reason: "state_conflict", facts: { state: after?.state ?? state } });
}
