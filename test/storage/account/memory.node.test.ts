import { accountsInMemory, emptyAccountTables, instancesInMemory, webhooksInMemory } from "../../memory/account.ts";
import { emptyKeyTables, keyChainsInMemory, recoveriesInMemory } from "../../memory/keys.ts";
import { accountContract } from "./account.contract.ts";
import { keyContract } from "./keys.contract.ts";

const tables = emptyAccountTables();

accountContract("in memory", async () => ({
  accounts: accountsInMemory(tables),
  instances: instancesInMemory(tables),
  webhooks: webhooksInMemory(tables),
  async owe({ instanceId, subjectId, notBefore, createdAt }) {
    const id = String(tables.outbox.length + 1);
    tables.outbox.push({
      id,
      event: "license.updated",
      subjectKind: subjectId === null ? "other" : "license",
      subjectId,
      sequence: 3,
      data: { a: 1 },
      attempts: 0,
      createdAt,
      countedFrom: createdAt,
      instanceId,
      state: "queued",
      notBefore,
      lastStatus: null,
    });
    return id;
  },
  stateOf: async (deliveryId) => tables.outbox.find(({ id }) => id === deliveryId)?.state ?? "",
  auditActions: async () => tables.audit.map(({ action }) => action),
}));

const keyTables = emptyKeyTables();
let publishers = 0;

keyContract("in memory", async () => ({
  keyChains: keyChainsInMemory(keyTables),
  recoveries: recoveriesInMemory(keyTables),
  async addPublisher(_handle, keyId, plugin) {
    const publisherId = String(++publishers);
    keyTables.keys.push({ publisherId, keyId, publicKey: keyId, state: "active", cuts: {} });
    keyTables.plugins.push({ publisherId, name: plugin, headSequence: 5 });
    return { publisherId, accountId: publisherId };
  },
}));
