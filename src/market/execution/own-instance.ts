import type { Principal } from "../../domain/account/principal.ts";
import { manages } from "../../domain/account/rights.ts";
import type { World } from "../ports.ts";

/** The instance a caller acts for: itself, or the one of its own that it names. Null: not theirs, or none. */
export async function ownInstance(
  world: Pick<World, "instances">,
  principal: Principal,
  named: string | undefined,
): Promise<string | null> {
  if (principal.kind === "anonymous") return null;
  if (principal.kind === "instance")
    return named === undefined || named === principal.instanceId ? principal.instanceId : null;
  const instance = named === undefined ? null : await world.instances.find(named);
  return manages(principal, instance) ? (named as string) : null;
}
