import { mayAs } from "../../domain/account/organization-rights.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import { dayNumber, dayOf, daysBetween } from "../../domain/catalogue/days.ts";
import { MAX_SERIES_DAYS, type Split } from "../../domain/catalogue/metrics.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { arrangeSeries } from "./arrange-series.ts";
import type { Series, SeriesOf } from "./series-ports.ts";
import { PLUGIN_NOT_FOUND } from "./show-plugin.ts";
import { sightOf } from "./viewer.ts";

/** What is asked for; absent ends mean the last thirty days. */
export interface SeriesWish {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly by: Split;
}

type SeriesProblem = Problem<"NOT_FOUND" | "PERMISSION_DENIED" | "VALIDATION_ERROR">;
type SeriesWorld = Pick<World, "series" | "catalogue" | "clock">;

const DEFAULT_DAYS = 30;

/** A plugin's numbers by day, for those of its publisher who may see statistics, and for the desk. */
export async function showPluginSeries(
  world: SeriesWorld,
  principal: Principal,
  pluginId: string,
  wish: SeriesWish,
): Promise<Result<Series, SeriesProblem>> {
  const plugin = await world.catalogue.ownership(pluginId);
  if (plugin === null) return refuse(PLUGIN_NOT_FOUND);
  if (!(await maySee(world, principal, plugin.publisherId, plugin.name))) {
    const seen = await world.catalogue.card({ id: pluginId }, await sightOf(world, principal));
    return refuse(seen === null ? PLUGIN_NOT_FOUND : { reason: "PERMISSION_DENIED" });
  }
  return readSeries(world, { pluginId }, wish);
}

/** The same over all plugins of a publisher. */
export async function showPublisherSeries(
  world: SeriesWorld,
  principal: Principal,
  handle: string,
  wish: SeriesWish,
): Promise<Result<Series, SeriesProblem>> {
  const publisherId = await world.series.publisherId(handle);
  if (publisherId === null) return refuse({ reason: "NOT_FOUND" });
  if (!(await maySee(world, principal, publisherId, null))) return refuse({ reason: "PERMISSION_DENIED" });
  return readSeries(world, { publisherId }, wish);
}

/** Null stands for all plugins of the publisher: a token that is bound to some of them may not. */
async function maySee(
  world: Pick<World, "catalogue">,
  principal: Principal,
  publisherId: string,
  name: string | null,
): Promise<boolean> {
  if (principal.kind === "anonymous") return false;
  if (principal.kind === "instance") return principal.publisherId === publisherId;
  if (principal.isOperator && hasScope(principal, "desk:accounts")) return true;
  if (!hasScope(principal, "stats:read")) return false;
  const { plugins } = principal.token;
  if (plugins !== null && (name === null || !plugins.includes(name))) return false;
  const memberships = await world.catalogue.memberships(principal.accountId);
  return memberships.some((one) => one.publisherId === publisherId && mayAs(one.role, "statistics"));
}

async function readSeries(
  world: Pick<World, "series" | "clock">,
  of: SeriesOf,
  wish: SeriesWish,
): Promise<Result<Series, Problem<"VALIDATION_ERROR">>> {
  const today = Math.floor(unixSeconds(world.clock.now()) / DAY);
  const to = wish.to ?? dayOf(today);
  const from = wish.from ?? dayOf((dayNumber(to) ?? today) - DEFAULT_DAYS + 1);
  const days = daysBetween(from, to);
  if (days === null || days.length > MAX_SERIES_DAYS) {
    const detail = `two days in order, at most ${MAX_SERIES_DAYS} apart`;
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/from", detail }] } });
  }
  const counts = await world.series.counts(of, { from, to }, wish.by);
  return ok({ from, to, by: wish.by, days, lines: arrangeSeries(counts, days, wish.by) });
}
