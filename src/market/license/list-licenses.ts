import type { MarketplaceLicense } from "../../domain/license/projection.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { presentToInstance } from "./present-license.ts";

/** Licenses of one local user of the calling instance, newest first, with their keys (host contract, call 11). */
export async function listLicenses(
  world: Pick<World, "licenses" | "vault" | "clock" | "background">,
  instanceId: string,
  userId: string,
): Promise<readonly MarketplaceLicense[]> {
  const now = unixSeconds(world.clock.now());
  const licenses = await world.licenses.listByUser(instanceId, userId, now);
  if (licenses.length > 0) world.background.defer(world.licenses.noteKeysOpened(instanceId, now));
  return Promise.all(licenses.map((facts) => presentToInstance(world, facts, now)));
}
