import type { Principal } from "../../domain/account/principal.ts";
import type { World } from "../ports.ts";
import type { Sight } from "./ports.ts";

/** Everybody sees what is public; members and their instances also their own plugins, the desk all of them. */
export async function sightOf(world: Pick<World, "catalogue">, viewer: Principal): Promise<Sight> {
  if (viewer.kind === "anonymous") return { all: false, publisherIds: [] };
  if (viewer.kind === "instance")
    return { all: false, publisherIds: viewer.publisherId === null ? [] : [viewer.publisherId] };
  if (viewer.token.scopes.includes("desk:review")) return { all: true };
  // A token for some plugins only is no key to everything else its account may see.
  if (viewer.token.plugins !== null) return { all: false, publisherIds: [] };
  const memberships = await world.catalogue.memberships(viewer.accountId);
  return { all: false, publisherIds: memberships.map((membership) => membership.publisherId) };
}
