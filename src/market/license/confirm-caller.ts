import type { Principal } from "../../domain/account/principal.ts";
import type { World } from "../ports.ts";
import type { ActivationFacts } from "./ports.ts";

/**
 * Does the credential that an isolate remembered still hold? The read that was made anyway says so where it found a license
 * of the caller; otherwise the instance is looked up. A secret that was rotated away takes nothing, not even for a moment.
 */
export async function isStillProven(
  world: Pick<World, "instances">,
  principal: Principal,
  read: Pick<ActivationFacts, "license" | "callerSecret"> | null,
): Promise<boolean> {
  if (principal.kind !== "instance" || principal.provenBy === undefined) return true;
  const { apiKey, sealed } = principal.provenBy;
  if (read !== null && read.license.instanceId === principal.instanceId) return read.callerSecret === sealed;
  return (await world.instances.findCredential(apiKey))?.apiSecret.sealed === sealed;
}
