import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Projected right after the command; the minute sweep does the rest. */
const AT_ONCE = 500;

/** Writes the search database anew. What it holds is shown until it is replaced; cursors of before are out of date. */
export async function rebuildSearch(
  world: Pick<World, "searchProjection" | "clock" | "background">,
): Promise<{ readonly generation: number; readonly plugins: number }> {
  const begun = await world.searchProjection.rebuild(unixSeconds(world.clock.now()));
  world.background.defer(world.searchProjection.project(AT_ONCE));
  return begun;
}
