import { env } from "cloudflare:workers";
import { createExecutionStore } from "../../../src/storage/execution/execution-store.ts";
import { installPlugin, registeredInstance } from "../../api/execution/installed.worker.ts";
import { describeExecutionStore } from "./executions.contract.ts";

describeExecutionStore("on D1", async () => {
  const instance = await registeredInstance();
  const { activationId, installationId, pluginId } = await installPlugin({ instance, module: "export default {};" });
  return {
    executions: createExecutionStore(env.DB),
    instanceId: instance.instanceId,
    activationId,
    installationId,
    pluginId: String(pluginId),
  };
});
