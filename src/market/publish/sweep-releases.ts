import { HOUR, MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Rings again for releases whose bell was lost, whose scanner died or whose unknown checks are due; forgets old salts. */
export async function sweepReleases(
  world: Pick<World, "releases" | "releaseBell" | "deliveries" | "orphans" | "clock">,
): Promise<void> {
  const now = unixSeconds(world.clock.now());
  for (const releaseId of await world.releases.due(now)) await world.releaseBell.ring(releaseId);
  await world.deliveries.forget(now);
  // Listing a bucket costs: once an hour is enough for what waits a day.
  if (now % HOUR < MINUTE) await world.orphans.sweep(now);
}
