import type { World } from "../ports.ts";

/** Plugins that a reader waits for, at most; what is more is projected after the answer. */
const WAITED_FOR = 20;
const AFTERWARDS = 200;

export type SearchWorld = Pick<World, "searchIndex" | "searchProjection" | "background">;

/**
 * Reads the search database as it is now. Whether it is behind is asked while it is read: only then a few plugins are
 * projected and it is read again, so that who published something sees it in the next list.
 */
export async function readFresh<T>(world: SearchWorld, read: () => Promise<T>): Promise<T> {
  const [answer, isBehind] = await Promise.all([read(), world.searchProjection.isBehind()]);
  if (!isBehind) return answer;
  try {
    const projected = await world.searchProjection.project(WAITED_FOR);
    if (projected === WAITED_FOR) world.background.defer(world.searchProjection.project(AFTERWARDS));
    return await read();
  } catch (error) {
    // What cannot be projected is a defect of ours; whoever reads gets the list as it was.
    world.background.defer(Promise.reject(error));
    return answer;
  }
}
