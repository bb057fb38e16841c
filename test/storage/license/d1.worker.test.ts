import { env } from "cloudflare:workers";
import { createLicenseStore } from "../../../src/storage/license/store.ts";
import { eventsOf, makeInstance, makePlugin, openShop, webhooksOf } from "../../api/license/shop.worker.ts";
import { describeLicenseStore } from "./license.contract.ts";

describeLicenseStore("licenses on D1", async () => {
  const { publisherId } = await openShop();
  const plugin = await makePlugin();
  const instance = await makeInstance();
  return {
    store: createLicenseStore(env.DB, { now: () => Date.now() }),
    pluginId: plugin.id,
    publisherId,
    instanceId: instance.id,
    trail: async (licenseId) => ({ events: await eventsOf(licenseId), webhooks: await webhooksOf(licenseId) }),
  };
});
