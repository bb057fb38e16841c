import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { mayReview } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { mayKeepShelf, PLUGIN_ABSENT } from "./keep-shelf.ts";

type Needs = Pick<World, "listingStates" | "catalogue" | "clock" | "webhooks" | "webhookBell" | "background">;
type Refusal = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "state_conflict">;

export interface ShelfState {
  readonly id: string;
  readonly status: "suspended" | "approved";
}

/**
 * approved → suspended (README, Plugins): off every list, no new licenses, and every license of it answers
 * PLUGIN_SUSPENDED. Its publisher may, and the desk; what the desk suspended only the desk ends.
 */
export async function suspendPlugin(
  world: Needs,
  principal: Principal,
  pluginId: string,
  reason: string,
): Promise<Result<ShelfState, Refusal>> {
  const facts = await world.listingStates.find(pluginId);
  const actor = facts === null ? null : await mayKeepShelf(world, principal, facts);
  if (facts === null || actor === "absent") return refuse(PLUGIN_ABSENT);
  if (actor === null || actor === "denied") return refuse({ reason: "PERMISSION_DENIED" });
  const isDesk = mayReview(principal);
  const isRaised = isDesk && facts.suspension !== null && !facts.suspension.isDesk;
  const isOpen =
    facts.isApproved && facts.suspension === null && facts.state !== "quarantined" && facts.state !== "removed";
  const at = unixSeconds(world.clock.now());
  if ((!isOpen && !isRaised) || !(await world.listingStates.suspend({ pluginId, reason, isDesk, actor }, at)))
    return refuse({ reason: "state_conflict", facts: { state: facts.state } });
  ringWebhooks(world, "plugin", pluginId);
  return ok({ id: pluginId, status: "suspended" });
}

/** suspended → approved: as it stood before. */
export async function resumePlugin(
  world: Needs,
  principal: Principal,
  pluginId: string,
): Promise<Result<ShelfState, Refusal>> {
  const facts = await world.listingStates.find(pluginId);
  const actor = facts === null ? null : await mayKeepShelf(world, principal, facts);
  if (facts === null || actor === "absent") return refuse(PLUGIN_ABSENT);
  if (actor === null || actor === "denied") return refuse({ reason: "PERMISSION_DENIED" });
  const isDesk = mayReview(principal);
  const { suspension } = facts;
  if (suspension?.isDesk && !isDesk)
    return refuse({ reason: "PERMISSION_DENIED", detail: "The marketplace suspended this plugin." });
  const at = unixSeconds(world.clock.now());
  if (suspension === null || !(await world.listingStates.resume(pluginId, isDesk, actor, at)))
    return refuse({ reason: "state_conflict", facts: { state: facts.state } });
  return ok({ id: pluginId, status: "approved" });
}
