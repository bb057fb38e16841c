import type { World } from "../ports.ts";
import type { Facet } from "./views.ts";

/** Categories and tags of what strangers see, most used first. */
export async function countFacets(
  world: Pick<World, "catalogue">,
): Promise<{ readonly categories: readonly Facet[]; readonly tags: readonly Facet[] }> {
  return world.catalogue.facets();
}
