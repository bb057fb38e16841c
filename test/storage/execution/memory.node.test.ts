import { emptyExecutionTables, executionsInMemory } from "../../memory/executions.ts";
import { describeExecutionStore } from "./executions.contract.ts";

let made = 0;

describeExecutionStore("in memory", async () => {
  const n = String(++made);
  const tables = emptyExecutionTables();
  const now = Math.floor(Date.now() / 1000);
  const installationId = crypto.randomUUID();
  tables.installations.push({
    accountId: "1",
    activationId: `act_${n}`,
    installationId,
    instanceId: n,
    isInstanceSuspended: false,
    version: "1.0.0",
    installedVersion: "1.0.0",
    suspendedAt: null,
    storageId: `act_${n}`,
    isPull: false,
    settings: { values: {}, sealed: {} },
    releasedAt: null,
    leaseUntil: now + 86_400,
    pausedAt: null,
    license: {
      id: "1",
      userId: "1",
      tier: "basic",
      state: "active",
      startsAt: 0,
      endsAt: null,
      storageBytes: null,
      features: [],
      limits: {},
    },
    plugin: { id: "1", name: "p", state: "active" },
    release: null,
    grant: null,
  });
  return {
    executions: executionsInMemory(tables),
    instanceId: n,
    activationId: `act_${n}`,
    installationId,
    pluginId: "1",
  };
});
