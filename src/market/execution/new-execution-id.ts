import { crockford } from "../../domain/license/key.ts";
import type { World } from "../ports.ts";

/** `exe_` and 26 Crockford characters. */
export function newExecutionId(world: Pick<World, "chance">): string {
  return `exe_${crockford(world.chance.bytes(17), 26)}`;
}
