import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation, installationActor } from "./find-installation.ts";
import { makeOp } from "./make-ids.ts";

/** Frees the seat at once; a second time is ALREADY_RELEASED. */
export async function releaseInstallation(
  world: Pick<World, "licenses" | "clock" | "chance">,
  principal: Principal,
  iid: string,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const facts = await findInstallation(world, principal, iid);
  if (!facts.ok) return facts;
  const { activation } = facts.value;
  const now = unixSeconds(world.clock.now());
  const isReleased = await world.licenses.release(
    activation.id,
    "released",
    installationActor(principal),
    makeOp(world),
    now,
  );
  return ok({
    code: isReleased ? "RELEASED" : "ALREADY_RELEASED",
    class: "ok",
    activationId: activation.id,
    installationId: activation.installationId,
    status: "uninstalled",
    uninstalledAt: isoTime(isReleased ? now : (activation.releasedAt ?? now)),
  });
}
