import type { Principal } from "../../domain/account/principal.ts";
import type { World } from "../ports.ts";
import type { Sight } from "./ports.ts";

/** Everybody sees what is public; members and their instances also their own plugins, the desk all of them. */
export async function sightOf(world: Pick<World, "catalogue">, viewer: Principal): Promise<Sight> {
  if (viewer.kind === "anonymous") return { all: false, publisherIds: [], names: null };
  if (viewer.kind === "instance")
    return { all: false, publisherIds: viewer.publisherId === null ? [] : [viewer.publisherId], names: null };
  if (viewer.token.scopes.includes("desk:review")) return { all: true };
  const memberships = await world.catalogue.memberships(viewer.accountId);
  const publisherIds = memberships.map((membership) => membership.publisherId);
  return { all: false, publisherIds, names: viewer.token.plugins };
}
