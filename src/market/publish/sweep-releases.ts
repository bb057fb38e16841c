import { CONFIRM_SECONDS, REJECTED_SECONDS, REVIEW_SECONDS } from "../../domain/release/blocks.ts";
import { HOUR, MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

const RUNG_AT_ONCE = 50;
const ERASED_AT_ONCE = 20;

/**
 * Rings again for releases whose bell was lost, whose scanner died, whose unknown checks are due, or that the rules have
 * not judged; ends blocks nobody confirmed, reviews nobody approved and the bytes of old rejections; forgets old salts.
 */
export async function sweepReleases(
  world: Pick<World, "releases" | "releaseBell" | "deliveries" | "orphans" | "pipeline" | "bundles" | "tuf" | "clock">,
): Promise<void> {
  const now = unixSeconds(world.clock.now());
  const due = new Set([...(await world.releases.due(now)), ...(await world.pipeline.unjudged(now, RUNG_AT_ONCE))]);
  for (const releaseId of due) await world.releaseBell.ring(releaseId);
  await world.deliveries.forget(now);
  const lapsed = await world.pipeline.lapseBlocks(now - CONFIRM_SECONDS, now);
  if (lapsed.length > 0) await world.tuf.write();
  await world.pipeline.lapseReviews(now - REVIEW_SECONDS, now);
  for (const { releaseId, sha256 } of await world.pipeline.erasable(now - REJECTED_SECONDS, ERASED_AT_ONCE)) {
    // Bytes first: a crash in between leaves a row that is swept again.
    await world.bundles.erase("bundle", sha256);
    await world.pipeline.noteErased(releaseId, now);
  }
  // Listing a bucket costs: once an hour is enough for what waits a day.
  if (now % HOUR < MINUTE) await world.orphans.sweep(now);
}
