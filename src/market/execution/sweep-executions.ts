import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** How long a run is shown with its message and log lines; after that it is a number in the counts of its day. */
export const EXECUTION_LIFE = 30 * DAY;
const MAX_PURGED_AT_ONCE = 500;

/** Ends what crashed, erases what is no longer needed, rings lost bells again. */
export async function sweepExecutions(world: Pick<World, "executions" | "executionBell" | "clock">): Promise<void> {
  const now = unixSeconds(world.clock.now());
  const waiting = await world.executions.sweep(now);
  if (waiting.length > 0) await world.executionBell.ring(waiting);
  await world.executions.purge(now - EXECUTION_LIFE, MAX_PURGED_AT_ONCE);
}
