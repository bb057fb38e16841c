import { emptyLicenseTables, licensesInMemory } from "../../memory/license.ts";
import { describeLicenseStore } from "./license.contract.ts";

describeLicenseStore("licenses in memory", async () => {
  const tables = emptyLicenseTables();
  const plugin = { id: "7", name: "p", publisherId: "2", state: "active", isPublished: true, trialDays: 14, plans: {} };
  tables.offers.push({ plugin, instance: { id: "5", accountId: "1", state: "active", keyShape: "rbsm" } });
  return {
    store: licensesInMemory(tables),
    pluginId: "7",
    publisherId: "2",
    instanceId: "5",
    trail: async (licenseId) => ({
      events: tables.events.filter((event) => event.licenseId === licenseId).map(({ kind }) => kind),
      webhooks: tables.webhooks
        .filter((webhook) => webhook.licenseId === licenseId)
        .map(({ sequence, event }) => `${sequence} ${event}`),
    }),
  };
});
