import type { Principal } from "../../domain/account/principal.ts";
import { judgeListingEdit, type ListingEdit } from "../../domain/catalogue/listing-edit.ts";
import type { Problem } from "../../domain/problem.ts";
import { publishAuthority } from "../../domain/release/authority.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ownPlugin } from "./own-plugin.ts";
import { PLUGIN_NOT_FOUND, showPluginCard } from "./show-plugin.ts";
import type { PluginCard } from "./views.ts";

const ATTEMPTS = 4;

type EditProblem = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "VALIDATION_ERROR" | "state_conflict">;

/** Listing matter changed by its owner, prices by who sells; versions, permissions and bytes cannot be changed by anybody. */
export async function editPlugin(
  world: Pick<World, "catalogue" | "clock">,
  principal: Principal,
  pluginId: string,
  edit: ListingEdit,
): Promise<Result<PluginCard, EditProblem>> {
  const actor = publishAuthority(principal)?.actor;
  if (actor === undefined) return refuse({ reason: "PERMISSION_DENIED" });
  const { pricing, ...matter } = edit;
  const acts = [
    ...(pricing === undefined ? [] : (["sell"] as const)),
    ...(pricing === undefined || Object.values(matter).some((field) => field !== undefined) ? (["edit"] as const) : []),
  ];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const owned = await ownPlugin(world, principal, pluginId, acts);
    if (!owned.ok) return owned;
    const changes = judgeListingEdit(edit, owned.value.pricing);
    if (!changes.ok) return changes;
    const isEmpty = Object.keys(changes.value).length === 0;
    // A rating or a release may move the row between our read and our write: look again, a few times.
    if (
      isEmpty ||
      (await world.catalogue.edit(pluginId, owned.value.rev, changes.value, actor, unixSeconds(world.clock.now())))
    )
      return showPluginCard(world, { id: pluginId }, principal);
  }
  return refuse({ reason: "state_conflict" });
}

/** Off all lists, by an owner; holders keep page, licenses and downloads. Idempotent. */
export async function delistPlugin(
  world: Pick<World, "catalogue" | "clock">,
  principal: Principal,
  pluginId: string,
): Promise<Result<{ readonly id: string }, Problem<"NOT_FOUND" | "PERMISSION_DENIED">>> {
  const owned = await ownPlugin(world, principal, pluginId, ["administer"]);
  if (!owned.ok) return owned;
  const actor = publishAuthority(principal)?.actor;
  if (actor === undefined) return refuse(PLUGIN_NOT_FOUND);
  await world.catalogue.delist(pluginId, actor, unixSeconds(world.clock.now()));
  return ok({ id: pluginId });
}
