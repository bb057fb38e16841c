import type { Principal } from "../../domain/account/principal.ts";
import { coversPlugin, hasScope, manages } from "../../domain/account/rights.ts";
import type { World } from "../ports.ts";
import type { Actor, LicenseFacts } from "./ports.ts";

/** In what capacity somebody touches a license; null: for them it does not exist. */
export type Role = "instance" | "owner" | "publisher" | "operator";

/**
 * Instance (its own), owner (the account behind the instance), publisher (a member, with license:issue for the plugin),
 * operator (desk).
 */
export async function roleOf(
  world: Pick<World, "licenses">,
  principal: Principal,
  { license, instance, plugin }: Pick<LicenseFacts, "license" | "instance" | "plugin">,
): Promise<Role | null> {
  if (principal.kind === "anonymous") return null;
  if (principal.kind === "instance") return principal.instanceId === license.instanceId ? "instance" : null;
  const owned = { id: license.instanceId, accountId: instance.accountId };
  if (manages(principal, owned) && hasScope(principal, "instance:manage")) return "owner";
  if (
    hasScope(principal, "license:issue") &&
    coversPlugin(principal, plugin.name) &&
    (await world.licenses.isPublisherMember(license.publisherId, principal.accountId))
  )
    return "publisher";
  return principal.isOperator && hasScope(principal, "desk:accounts") ? "operator" : null;
}

export function actorOf(role: Role | null, principal: Principal): Actor {
  const { from } = principal;
  if (principal.kind === "instance") return { kind: "instance", id: principal.instanceId, from };
  if (principal.kind === "account" && role !== null && role !== "instance")
    return { kind: role, id: principal.accountId, from };
  return { kind: "device", id: null, from };
}
