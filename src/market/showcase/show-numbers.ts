import { dayOf, daysBetween } from "../../domain/catalogue/days.ts";
import type { Metric } from "../../domain/catalogue/metrics.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import { arrangeSeries } from "../catalogue/arrange-series.ts";
import type { World } from "../ports.ts";

/** What anybody may know of a plugin's use, by day (UTC); null: nothing was counted that day. */
export interface PublicNumbers {
  readonly days: readonly string[];
  readonly downloads: readonly (number | null)[];
  readonly active: readonly (number | null)[];
  /** Installations alive by version on the last day that was counted; small groups together. Most first. */
  readonly versions: readonly { readonly version: string; readonly count: number }[];
}

const SHOWN_DAYS = 90;

/** The last ninety days of a public plugin, today left out: it is not over. */
export async function showNumbers(world: Pick<World, "series" | "clock">, pluginId: string): Promise<PublicNumbers> {
  const today = Math.floor(unixSeconds(world.clock.now()) / DAY);
  const range = { from: dayOf(today - SHOWN_DAYS), to: dayOf(today - 1) };
  const days = daysBetween(range.from, range.to) ?? [];
  const [totals, byVersion] = await Promise.all([
    world.series.counts({ pluginId }, range, "total"),
    world.series.counts({ pluginId }, range, "version"),
  ]);
  const lines = arrangeSeries(totals, days, "total");
  const valuesOf = (wanted: Metric) => lines.find(({ metric }) => metric === wanted)?.values ?? days.map(() => null);
  const alive = arrangeSeries(byVersion, days, "version").filter(({ metric }) => metric === "active");
  const last = days.findLastIndex((_, day) => alive.some(({ values }) => typeof values[day] === "number"));
  const versions = alive
    .map(({ group, values }) => ({ version: group ?? "", count: values[last] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  return { days, downloads: valuesOf("downloads"), active: valuesOf("active"), versions };
}
