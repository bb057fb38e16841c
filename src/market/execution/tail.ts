import type { Principal } from "../../domain/account/principal.ts";
import { coversPlugin } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { OutcomeCount, TailOf } from "./pull-ports.ts";
import type { RunOwner } from "./run-ports.ts";

const DEFAULT_DAYS = 7;
/** Publishers see no group of fewer installations: it would name them. */
const SMALLEST_GROUP = 5;

/** What the instance or its owner may follow. */
export async function followInstallation(
  world: Pick<World, "executions">,
  owner: RunOwner,
  iid: string,
): Promise<Result<TailOf, Problem<"installation_not_found">>> {
  const found = await world.executions.findInstallation(iid, owner);
  return found === null ? refuse({ reason: "installation_not_found" }) : ok({ activationId: found.activationId });
}

/** What somebody of the plugin's publisher may follow; to everybody else the plugin has no log. */
export async function followPlugin(
  world: Pick<World, "catalogue">,
  principal: Principal,
  pluginId: string,
): Promise<Result<TailOf, Problem<"plugin_not_found">>> {
  const plugin = principal.kind === "account" ? await world.catalogue.ownership(pluginId) : null;
  if (plugin === null || principal.kind !== "account" || !coversPlugin(principal, plugin.name))
    return refuse({ reason: "plugin_not_found" });
  const memberships = await world.catalogue.memberships(principal.accountId);
  return memberships.some(({ publisherId }) => publisherId === plugin.publisherId)
    ? ok({ pluginId })
    : refuse({ reason: "plugin_not_found" });
}

/** How runs ended, by day and version. */
export async function countOutcomes(
  world: Pick<World, "tails" | "clock">,
  of: TailOf,
  days: number = DEFAULT_DAYS,
): Promise<readonly OutcomeCount[]> {
  const counts = await world.tails.outcomes(of, unixSeconds(world.clock.now()) - days * DAY);
  return "pluginId" in of ? counts.filter(({ installations }) => installations >= SMALLEST_GROUP) : counts;
}
