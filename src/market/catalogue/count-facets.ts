import { readFresh, type SearchWorld } from "./fresh-index.ts";
import type { Facet } from "./views.ts";

/** Categories and tags of what strangers see, most used first. */
export async function countFacets(
  world: SearchWorld,
): Promise<{ readonly categories: readonly Facet[]; readonly tags: readonly Facet[] }> {
  return readFresh(world, () => world.searchIndex.counts());
}
