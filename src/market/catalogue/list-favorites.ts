import { readFresh, type SearchWorld } from "./fresh-index.ts";
import type { PluginCard } from "./views.ts";

/** The most downloaded plugins. */
export async function listPopular(world: SearchWorld, limit: number): Promise<readonly PluginCard[]> {
  const query = { sort: "downloads", direction: "desc", page: 1, limit } as const;
  return (await readFresh(world, () => world.searchIndex.list(query))).items;
}

/** The best rated ones; the same for everybody, since nothing is known about a visitor. */
export async function listRecommended(world: SearchWorld, limit: number): Promise<readonly PluginCard[]> {
  const query = { sort: "rating", direction: "desc", page: 1, limit } as const;
  return (await readFresh(world, () => world.searchIndex.list(query))).items;
}
