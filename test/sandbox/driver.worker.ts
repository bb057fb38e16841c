// Runs any module through the real runner and the real sandbox Worker of another process, as fast as it is asked to.
import type { Runner } from "../../src/contract/sandbox.ts";
import { createIncidentLog } from "../../src/gateway/execution/incidents.ts";
import { createPluginRunner } from "../../src/gateway/execution/runner.ts";
import type { Incident } from "../../src/market/execution/ports.ts";
import { createPluginStorage, type InstallationStorage } from "../../src/storage/execution/installation-storage.ts";
import { AUTHORITY, worldOf } from "../gateway/execution/run-world.ts";
import type { DriverRun } from "./driver-run.ts";
import { jobFor, REQUEST_CALL } from "./job.ts";

export { InstallationStorage } from "../../src/storage/execution/installation-storage.ts";

interface DriverEnv {
  readonly SANDBOX: Runner;
  readonly STORAGE: DurableObjectNamespace<InstallationStorage>;
}

const modules = new Map<string, string>();
const incidents = createIncidentLog();
let made = 0;

export default {
  async fetch(request: Request, env: DriverEnv): Promise<Response> {
    if (new URL(request.url).pathname === "/incident") {
      incidents.report((await request.json()) as Incident);
      return new Response(null, { status: 204 });
    }
    const { module, activationId, over } = (await request.json()) as DriverRun;
    const { limits, ...wider } = over ?? {};
    const plain = await jobFor(module, { ...wider, activationId, executionId: `exe_${++made}` });
    const job = { ...plain, limits: { ...plain.limits, ...limits } };
    modules.set(job.moduleSha256, module);
    const world = worldOf({
      pluginStorage: createPluginStorage(env.STORAGE),
      hostData: { call: async () => ({ ok: true as const, value: null }) },
      bundles: {
        get: async (_kind: string, sha256: string) => new TextEncoder().encode(modules.get(sha256) ?? ""),
      } as never,
    });
    const authority = { ...AUTHORITY, storageId: activationId, storageBytes: 1_048_576 };
    const reply = await createPluginRunner(world, env.SANDBOX, incidents).run(job, REQUEST_CALL, authority);
    modules.delete(job.moduleSha256);
    return Response.json(reply);
  },
};
