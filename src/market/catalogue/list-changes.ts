import type { World } from "../ports.ts";
import type { Change } from "./feed-ports.ts";

export interface ChangePage {
  readonly changes: readonly Change[];
  /** The cursor to go on from. */
  readonly next: number;
  readonly hasMore: boolean;
}

/** Public facts after a cursor. Everything a stranger may know, nothing else: unlisted and unpublished plugins do not occur. */
export async function listChanges(world: Pick<World, "changeFeed">, after: number, limit: number): Promise<ChangePage> {
  const { changes, hasMore } = await world.changeFeed.after(after, limit);
  return { changes, next: changes.at(-1)?.sequence ?? after, hasMore };
}
