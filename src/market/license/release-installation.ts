import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation, installationActor, judgeCaller, NO_PROOFS, type Proofs } from "./find-installation.ts";
import { makeOp } from "./make-ids.ts";

/** Frees the seat at once; a second time is ALREADY_RELEASED. */
export async function releaseInstallation(
  world: Pick<World, "licenses" | "clock" | "chance">,
  principal: Principal,
  iid: string,
  proofs: Proofs = NO_PROOFS,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const facts = await findInstallation(world, principal, iid, proofs);
  if (!facts.ok) return facts;
  const { activation } = facts.value;
  const unproven = judgeCaller(principal, activation, proofs);
  if (unproven !== null) return refuse(unproven);
  const proof = principal.kind === "anonymous" ? proofs.find(({ jkt }) => jkt === activation.deviceJkt) : undefined;
  const now = unixSeconds(world.clock.now());
  const isReleased = await world.licenses.release(
    activation.id,
    "released",
    installationActor(principal),
    makeOp(world),
    now,
    proof ?? null,
  );
  // A proof that was shown before takes no second seat away.
  const after = isReleased || proof === undefined ? null : await findInstallation(world, principal, iid, proofs);
  if (after?.ok && after.value.activation.releasedAt === null)
    return refuse({ reason: "DEVICE_PROOF_INVALID", facts: { why: "used" } });
  return ok({
    code: isReleased ? "RELEASED" : "ALREADY_RELEASED",
    class: "ok",
    activationId: activation.id,
    installationId: activation.installationId,
    status: "uninstalled",
    uninstalledAt: isoTime(isReleased ? now : (activation.releasedAt ?? now)),
  });
}
