import type { Principal } from "../../domain/account/principal.ts";
import type { World } from "../ports.ts";
import { searchCatalogue } from "./search-catalogue.ts";
import type { PluginCard } from "./views.ts";

const STRANGER: Principal = { kind: "anonymous" };

/** The most downloaded plugins. */
export async function listPopular(world: Pick<World, "catalogue">, limit: number): Promise<readonly PluginCard[]> {
  const query = { sort: "downloads", direction: "desc", page: 1, limit } as const;
  return (await searchCatalogue(world, query, STRANGER)).items;
}

/** The best rated ones; the same for everybody, since nothing is known about a visitor. */
export async function listRecommended(world: Pick<World, "catalogue">, limit: number): Promise<readonly PluginCard[]> {
  const query = { sort: "rating", direction: "desc", page: 1, limit } as const;
  return (await searchCatalogue(world, query, STRANGER)).items;
}
