import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { Actor, InstallationFacts } from "./ports.ts";

const ACTIVATION_ID = /^act_[0-9A-HJKMNP-TV-Z]{20}$/;

/** Another tenant's installation is as absent as one that never existed. */
export async function findInstallation(
  world: Pick<World, "licenses">,
  principal: Principal,
  iid: string,
): Promise<Result<InstallationFacts, Problem<Reason>>> {
  const facts = await lookUp(world, principal, iid);
  if (facts === null || !isTheirs(principal, facts))
    return refuse({ reason: "NOT_FOUND", detail: "Installation not found" });
  return ok(facts);
}

export function installationActor(principal: Principal): Actor {
  if (principal.kind === "instance") return { kind: "instance", id: principal.instanceId };
  if (principal.kind === "account") return { kind: "owner", id: principal.accountId };
  return { kind: "device", id: null };
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

function isTheirs(principal: Principal, facts: InstallationFacts): boolean {
  if (principal.kind === "instance") return principal.instanceId === facts.activation.instanceId;
  return (
    principal.kind === "account" &&
    principal.accountId === facts.instance.accountId &&
    hasScope(principal, "instance:manage")
  );
}
