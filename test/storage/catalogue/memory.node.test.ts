import { sha256Hex } from "../../../src/domain/digest.ts";
import { type DeliveryTables, deliveriesInMemory } from "../../memory/deliveries.ts";
import { deliveryContract } from "./deliveries.contract.ts";

const tables: DeliveryTables = { releases: [], tokens: new Map(), seen: new Set() };
let plugins = 0;

deliveryContract("in memory", async () => ({
  deliveries: deliveriesInMemory(tables),
  instances: ["1", "2"],
  async addPlugin(name, releases) {
    const pluginId = String(++plugins);
    const made = [];
    for (const release of releases) {
      const [id, sha256] = [String(tables.releases.length + 1), await sha256Hex(release.bytes)];
      tables.releases.push({
        ...release,
        releaseId: id,
        pluginId,
        name,
        sha256,
        size: release.bytes.length,
        manifest: "{}",
      });
      made.push({ id, sha256 });
    }
    return { pluginId, releases: made };
  },
  countOf: async (releaseId) => [...tables.seen].filter((key) => key.split(" ")[1] === releaseId).length,
}));
