import type { Principal } from "../../domain/account/principal.ts";
import { coversPlugin, mayReview, publishAuthority } from "../../domain/release/authority.ts";
import type { Actor } from "../catalogue/ports.ts";
import { sightOf } from "../catalogue/viewer.ts";
import type { World } from "../ports.ts";
import type { ListingFacts } from "./listing-state-ports.ts";

export const PLUGIN_ABSENT = { reason: "NOT_FOUND", detail: "Plugin not found" } as const;

/**
 * Who acts for the plugin: the desk, an owner or maintainer with `plugin:edit`, an instance of its publisher. `absent`: the
 * caller may not know of the plugin.
 */
export async function mayKeepShelf(
  world: Pick<World, "catalogue">,
  principal: Principal,
  { pluginId, name, publisherId }: ListingFacts,
): Promise<Actor | "absent" | "denied"> {
  if (mayReview(principal)) return { kind: "account", id: principal.accountId };
  const authority = publishAuthority(principal);
  if (authority?.mayEdit && coversPlugin(authority, name) && (await isOwn(world, principal, publisherId)))
    return authority.actor;
  const seen = await world.catalogue.card({ id: pluginId }, await sightOf(world, principal));
  return seen === null ? "absent" : "denied";
}

async function isOwn(world: Pick<World, "catalogue">, principal: Principal, publisherId: string): Promise<boolean> {
  if (principal.kind === "anonymous") return false;
  if (principal.kind === "instance") return principal.publisherId === publisherId;
  const memberships = await world.catalogue.memberships(principal.accountId);
  return memberships.some(
    (own) => own.publisherId === publisherId && (own.role === "owner" || own.role === "maintainer"),
  );
}
