import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Spent proofs and offers that are over go; nothing asks for them any more. */
export function sweepDevices(world: Pick<World, "licenseDevices" | "clock">): Promise<void> {
  return world.licenseDevices.prune(unixSeconds(world.clock.now()));
}
