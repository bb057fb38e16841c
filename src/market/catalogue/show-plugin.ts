import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import type { PluginRef } from "./ports.ts";
import { sightOf } from "./viewer.ts";
import type { PluginCard, PluginDetail } from "./views.ts";

/** The host shows exactly this sentence. */
export const PLUGIN_NOT_FOUND: Problem<"NOT_FOUND"> = { reason: "NOT_FOUND", detail: "Plugin not found" };

/** Everything about one plugin; an unpublished one exists for its owners and the desk alone. */
export async function showPlugin(
  world: Pick<World, "catalogue">,
  ref: PluginRef,
  viewer: Principal,
): Promise<Result<PluginDetail, Problem<"NOT_FOUND">>> {
  const detail = await world.catalogue.detail(ref, await sightOf(world, viewer));
  return detail === null ? refuse(PLUGIN_NOT_FOUND) : ok(detail);
}

/** What the host's plugin object needs: one read instead of the page's three. */
export async function showPluginCard(
  world: Pick<World, "catalogue">,
  ref: PluginRef,
  viewer: Principal,
): Promise<Result<PluginCard, Problem<"NOT_FOUND">>> {
  const card = await world.catalogue.card(ref, await sightOf(world, viewer));
  return card === null ? refuse(PLUGIN_NOT_FOUND) : ok(card);
}
