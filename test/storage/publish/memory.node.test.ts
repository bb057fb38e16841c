import { listingStatesInMemory, releaseStatesInMemory, sealingsInMemory } from "../../memory/release-states.ts";
import { emptyReleaseTables } from "../../memory/release-tables.ts";
import { bundlesInMemory, releasesInMemory } from "../../memory/releases.ts";
import { releaseContract } from "./releases.contract.ts";

const tables = emptyReleaseTables();
let accounts = 0;

releaseContract("in memory", async () => ({
  releases: releasesInMemory(tables),
  bundles: bundlesInMemory(tables),
  states: releaseStatesInMemory(tables),
  listings: listingStatesInMemory(tables),
  sealings: sealingsInMemory(tables),
  async addPublisher(handle) {
    const publisherId = String(tables.publishers.length + 1);
    const [ownerId, strangerId] = [String(++accounts), String(++accounts)];
    tables.publishers.push({ id: publisherId, handle });
    tables.members.push({ accountId: ownerId, publisherId, handle, role: "owner" });
    return { publisherId, ownerId, strangerId };
  },
  containerOf: async (releaseId) => tables.releases.find(({ id }) => id === releaseId)?.data.container?.sha256 ?? null,
  async block(sha256) {
    tables.blocked.add(sha256);
  },
}));
