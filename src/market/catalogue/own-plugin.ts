import { mayAs, type ORGANIZATION_RIGHTS } from "../../domain/account/organization-rights.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { coversPlugin, publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { Ownership } from "./ports.ts";
import { PLUGIN_NOT_FOUND } from "./show-plugin.ts";
import { sightOf } from "./viewer.ts";

type Act = keyof typeof ORGANIZATION_RIGHTS;

/**
 * The plugin, if the caller may do all of this with it as a member (README of the accounts, Organizations); a stranger's
 * plugin that nobody may see yet is as absent as an unknown id.
 */
export async function ownPlugin(
  world: Pick<World, "catalogue">,
  principal: Principal,
  pluginId: string,
  acts: readonly Act[] = ["edit"],
): Promise<Result<Ownership, Problem<"NOT_FOUND" | "PERMISSION_DENIED">>> {
  const plugin = await world.catalogue.ownership(pluginId);
  if (plugin === null) return refuse(PLUGIN_NOT_FOUND);
  const owned = await judgeOwner(world, principal, plugin, acts);
  if (owned.ok) return owned;
  const seen = await world.catalogue.card({ id: pluginId }, await sightOf(world, principal));
  return seen === null ? refuse(PLUGIN_NOT_FOUND) : owned;
}

async function judgeOwner(
  world: Pick<World, "catalogue">,
  principal: Principal,
  plugin: Ownership,
  acts: readonly Act[],
): Promise<Result<Ownership, Problem<"PERMISSION_DENIED">>> {
  const authority = publishAuthority(principal);
  if (!authority?.mayEdit || !coversPlugin(authority, plugin.name)) return refuse({ reason: "PERMISSION_DENIED" });
  if (principal.kind === "instance")
    return principal.publisherId === plugin.publisherId ? ok(plugin) : refuse({ reason: "PERMISSION_DENIED" });
  const memberships = await world.catalogue.memberships(authority.actor.id);
  const own = memberships.find(({ publisherId }) => publisherId === plugin.publisherId);
  return own !== undefined && acts.every((act) => mayAs(own.role, act))
    ? ok(plugin)
    : refuse({ reason: "PERMISSION_DENIED" });
}
