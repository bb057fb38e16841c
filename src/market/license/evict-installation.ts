import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation, installationActor } from "./find-installation.ts";
import { makeOp } from "./make-ids.ts";

/**
 * Ends one device's seat (README, Revocation): that device alone hears SEAT_EVICTED, and the revocation list carries it
 * until its last lease is over. Owners have max(3, seats) of these in 30 days; then RATE_LIMITED.
 */
export async function evictInstallation(
  world: Pick<World, "licenses" | "licenseDevices" | "clock" | "chance">,
  principal: Principal,
  iid: string,
  reason: string,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const found = await findInstallation(world, principal, iid);
  if (!found.ok) return found;
  const { activation } = found.value;
  const now = unixSeconds(world.clock.now());
  const evicted = await world.licenseDevices.evict(
    activation,
    reason,
    installationActor(principal),
    makeOp(world),
    now,
  );
  if (evicted.kind === "budget")
    return refuse({ reason: "RATE_LIMITED", facts: { class: "retryable", retryAfter: evicted.retryAfter } });
  const isNew = evicted.kind === "evicted";
  return ok({
    code: isNew ? "RELEASED" : "ALREADY_RELEASED",
    class: "ok",
    activationId: activation.id,
    installationId: activation.installationId,
    status: "uninstalled",
    uninstalledAt: isoTime(isNew ? now : (activation.releasedAt ?? now)),
  });
}
