import { crockford } from "../../domain/license/key.ts";
import type { World } from "../ports.ts";

/** A lease's identity. */
export function makeJti(world: Pick<World, "chance">): string {
  return `lse_${crockford(world.chance.bytes(17), 26)}`;
}

/** Names one act; the rows it wrote carry it, so that its event and webhooks find them. */
export function makeOp(world: Pick<World, "chance">): string {
  return `op_${crockford(world.chance.bytes(17), 26)}`;
}
