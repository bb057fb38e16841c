import type { World } from "../ports.ts";

/** Every minute: what changed is listed, what is an hour or a day old is signed again. */
export async function sweepTuf(world: Pick<World, "tuf">): Promise<void> {
  await world.tuf.write();
}
