import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation, installationActor } from "./find-installation.ts";
import { makeOp } from "./make-ids.ts";
import { type InstallationView, presentInstallation } from "./present-installation.ts";

/** Host state active or inactive: nothing runs while inactive, the seat stays. Repeating it changes nothing. */
export async function pauseInstallation(
  world: Pick<World, "licenses" | "clock" | "chance">,
  principal: Principal,
  iid: string,
  status: "active" | "inactive",
): Promise<Result<InstallationView, Problem<Reason>>> {
  const facts = await findInstallation(world, principal, iid);
  if (!facts.ok) return facts;
  const { activation } = facts.value;
  if (activation.releasedAt !== null)
    return refuse({ reason: "TRANSITION_INVALID", facts: { from: "uninstalled", allowed: [] } });
  const now = unixSeconds(world.clock.now());
  const pausedAt = status === "inactive" ? (activation.pausedAt ?? now) : null;
  await world.licenses.pause(activation.id, pausedAt, installationActor(principal), makeOp(world), now);
  const lastSeenAt = status === "active" ? now : activation.lastSeenAt;
  return ok(presentInstallation({ ...facts.value, activation: { ...activation, pausedAt, lastSeenAt } }, now));
}
