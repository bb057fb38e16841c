import { dayOf } from "../../domain/catalogue/days.ts";
import { DAY, HOUR, MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Counts installations alive, once an hour: the last figure of a day is the day's. */
export async function sweepSeries(world: Pick<World, "series" | "clock">): Promise<void> {
  const now = unixSeconds(world.clock.now());
  if (now % HOUR >= 5 * MINUTE) return;
  await world.series.noteAlive(dayOf(Math.floor(now / DAY)), now);
}
