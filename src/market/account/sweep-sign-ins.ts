import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Where somebody signed in from is personal data; so is mail. */
const HISTORY_SECONDS = 90 * DAY;

/** Everything that has ended is forgotten: it was void already, for every read looks at the time. */
export async function sweepSignIns(world: Pick<World, "sessions" | "clock">): Promise<void> {
  const now = unixSeconds(world.clock.now());
  await world.sessions.sweep(now, now - HISTORY_SECONDS);
}
