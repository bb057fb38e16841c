import type { Principal } from "../../domain/account/principal.ts";
import type { World } from "../ports.ts";
import { sightOf } from "./viewer.ts";
import type { CataloguePage, CatalogueQuery } from "./views.ts";

/** One page of the list. Strangers see approved and listed plugins only, whatever they ask for. */
export async function searchCatalogue(
  world: Pick<World, "catalogue">,
  query: CatalogueQuery,
  viewer: Principal,
): Promise<CataloguePage> {
  const { items, total } = await world.catalogue.search(query, await sightOf(world, viewer));
  return { items, total, page: query.page, limit: query.limit };
}
