import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Plugins of one round, and rounds of one tick: a rebuild of 100,000 takes under two hours. */
const AT_ONCE = 100;
const ROUNDS = 10;
/** Age, installations and moods of the desk change without a word: every card is read anew once a day. */
const REFRESHED_AT_ONCE = 100;

/** Brings the search database up to date: what changed first, then the oldest cards. */
export async function sweepSearch(world: Pick<World, "searchProjection" | "clock">): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) if ((await world.searchProjection.project(AT_ONCE)) < AT_ONCE) break;
  await world.searchProjection.refresh(unixSeconds(world.clock.now()) - DAY, REFRESHED_AT_ONCE);
}
