import { DAY, HOUR, unixSeconds } from "../../domain/time.ts";
import { judgeHalt } from "../../domain/update/halt.ts";
import { COOLDOWN } from "../../domain/update/rollout.ts";
import type { World } from "../ports.ts";

/** Whose cooldown ends this soon gets its plan: the later, the better is known how many installations live. */
const AHEAD = HOUR;
/** So long after its start a rollout still halts by itself. */
const WATCHED = 14 * DAY;

/** Every minute: plans begin, what fails stops (README, Automatic halt), and what was taken back is signed anew. */
export async function sweepUpdates(world: Pick<World, "rollouts" | "releaseRevocations" | "clock">): Promise<void> {
  const now = unixSeconds(world.clock.now());
  await world.releaseRevocations.current(now);
  await world.rollouts.begin(now - COOLDOWN + AHEAD, now);
  for (const { releaseId, told } of await world.rollouts.witnesses(now - WATCHED, now)) {
    const halt = judgeHalt(told);
    if (halt !== null) await world.rollouts.halt(releaseId, halt, now);
  }
}
