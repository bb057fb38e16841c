import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { SearchWorld } from "./fresh-index.ts";
import { listPopular } from "./list-favorites.ts";
import type { PluginStats } from "./ports.ts";
import { PLUGIN_NOT_FOUND } from "./show-plugin.ts";
import { sightOf } from "./viewer.ts";
import type { PluginCard } from "./views.ts";

/** Numbers of one plugin; what it earned is for its sellers (`sales/show-revenue.ts`). */
export async function showPluginStats(
  world: Pick<World, "catalogue">,
  pluginId: string,
  viewer: Principal,
): Promise<Result<PluginStats, Problem<"NOT_FOUND">>> {
  const stats = await world.catalogue.stats(pluginId);
  if (stats === null) return refuse(PLUGIN_NOT_FOUND);
  if (stats.isPublic) return ok(stats);
  const card = await world.catalogue.card({ id: pluginId }, await sightOf(world, viewer));
  return card === null ? refuse(PLUGIN_NOT_FOUND) : ok(stats);
}

export interface MarketStats {
  readonly plugins: number;
  readonly downloads: number;
  readonly top: readonly PluginCard[];
}

export async function showMarketStats(world: SearchWorld & Pick<World, "catalogue">): Promise<MarketStats> {
  const [totals, top] = await Promise.all([world.catalogue.totals(), listPopular(world, 10)]);
  return { ...totals, top };
}
