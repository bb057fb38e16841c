import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Last of the sweeps: the edge cache forgets what was blocked, and whoever watches sees that the minute came to its end. */
export async function sweepOperations(world: Pick<World, "operations" | "clock">): Promise<void> {
  const blocked = await world.operations.newlyBlocked();
  await Promise.allSettled(blocked.map((sha256) => world.operations.purge(sha256)));
  await world.operations.markSweep(unixSeconds(world.clock.now()));
}
