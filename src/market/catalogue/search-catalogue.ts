import type { Principal } from "../../domain/account/principal.ts";
import type { World } from "../ports.ts";
import { readFresh, type SearchWorld } from "./fresh-index.ts";
import { sightOf } from "./viewer.ts";
import type { CataloguePage, CatalogueQuery } from "./views.ts";

/** One page of the host's list: approved and listed plugins from the search database; others are their owners' to see. */
export async function searchCatalogue(
  world: SearchWorld & Pick<World, "catalogue">,
  query: CatalogueQuery,
  viewer: Principal,
): Promise<CataloguePage> {
  const isPublic = query.status === undefined || query.status === "approved";
  const { items, total } = isPublic
    ? await readFresh(world, () => world.searchIndex.list(query))
    : await world.catalogue.search(query, await sightOf(world, viewer));
  return { items, total, page: query.page, limit: query.limit };
}
