import { accountsInMemory, emptyAccountTables, instancesInMemory, webhooksInMemory } from "../../memory/account.ts";
import { accountContract } from "./account.contract.ts";

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
