import type { Principal } from "../../domain/account/principal.ts";
import { hasScope, manages } from "../../domain/account/rights.ts";
import type { DeviceProof } from "../../domain/license/device-proof.ts";
import type { Activation } from "../../domain/license/license.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { Actor, InstallationFacts } from "./ports.ts";

const ACTIVATION_ID = /^act_[0-9A-HJKMNP-TV-Z]{20}$/;

/** Keys that were proven to be there for this very request. */
export type Proofs = readonly DeviceProof[];
export const NO_PROOFS: Proofs = [];

/**
 * Another tenant's installation is as absent as one that never existed. A device without any credential reaches its own row
 * by `act_…` id and the key that row knows, or knew before it moved.
 */
export async function findInstallation(
  world: Pick<World, "licenses">,
  principal: Principal,
  iid: string,
  proofs: Proofs = NO_PROOFS,
): Promise<Result<InstallationFacts, Problem<Reason>>> {
  const facts = await lookUp(world, principal, iid);
  if (facts === null || !isTheirs(principal, facts, proofs))
    return refuse({ reason: "NOT_FOUND", detail: "Installation not found" });
  return ok(facts);
}

/**
 * A row with a device key obeys whoever proves it (README, Device proof); null: it may go on. The key the row moved away
 * from is a copy's.
 */
export function judgeProof(activation: Activation, proofs: Proofs): Problem<Reason> | null {
  if (activation.deviceJkt === null || proofs.some(({ jkt }) => jkt === activation.deviceJkt)) return null;
  if (proofs.length === 0) return { reason: "DEVICE_PROOF_REQUIRED" };
  if (proofs.some(({ jkt }) => jkt === activation.formerJkt)) return { reason: "DEVICE_CLONED" };
  return { reason: "DEVICE_PROOF_INVALID", facts: { why: "key" } };
}

/** For reads and releases a credential is enough; without one only the row's present key is. */
export function judgeCaller(principal: Principal, activation: Activation, proofs: Proofs): Problem<Reason> | null {
  return principal.kind === "anonymous" ? judgeProof(activation, proofs) : null;
}

export function installationActor(principal: Principal): Actor {
  const { from } = principal;
  if (principal.kind === "instance") return { kind: "instance", id: principal.instanceId, from };
  if (principal.kind === "account") return { kind: "owner", id: principal.accountId, from };
  return { kind: "device", id: null, from };
}

async function lookUp(
  world: Pick<World, "licenses">,
  principal: Principal,
  iid: string,
): Promise<InstallationFacts | null> {
  if (ACTIVATION_ID.test(iid)) return world.licenses.installation({ activationId: iid });
  // A uuid counts only inside one instance.
  if (principal.kind !== "instance") return null;
  return world.licenses.installation({ instanceId: principal.instanceId, installationId: iid });
}

function isTheirs(principal: Principal, facts: InstallationFacts, proofs: Proofs): boolean {
  const { activation, instance } = facts;
  if (principal.kind === "instance") return principal.instanceId === activation.instanceId;
  if (principal.kind === "anonymous")
    return proofs.some(({ jkt }) => jkt === activation.deviceJkt || jkt === activation.formerJkt);
  const owned = { id: activation.instanceId, accountId: instance.accountId };
  return manages(principal, owned) && hasScope(principal, "instance:manage");
}
