import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Ends what crashed, erases what is no longer needed, rings lost bells again. */
export async function sweepExecutions(world: Pick<World, "executions" | "executionBell" | "clock">): Promise<void> {
  const waiting = await world.executions.sweep(unixSeconds(world.clock.now()));
  if (waiting.length > 0) await world.executionBell.ring(waiting);
}
