import type { MarketplaceLicense } from "../../domain/license/projection.ts";
import type { SoldTier } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { NO_DEVICE } from "../license/ask-device.ts";
import { presentToInstance } from "../license/present-license.ts";
import type { World } from "../ports.ts";

/** The license an instance has paid for, handed out once to the host's own call, with its key; null: nothing is waiting. */
export async function collectLicense(
  world: Pick<World, "orders" | "licenses" | "vault" | "clock">,
  asked: { readonly instanceId: string; readonly userId: string; readonly pluginId: string; readonly tier: SoldTier },
): Promise<MarketplaceLicense | null> {
  const now = unixSeconds(world.clock.now());
  const licenseId = await world.orders.collect(asked.instanceId, asked.userId, asked.pluginId, asked.tier, now);
  const facts = licenseId === null ? null : await world.licenses.find({ licenseId }, NO_DEVICE, now);
  return facts === null ? null : presentToInstance(world, facts, now);
}
