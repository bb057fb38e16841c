import { WorkerEntrypoint } from "cloudflare:workers";

/** The runner of plugin code (src/contract/sandbox.ts, Runner). */
export class SandboxRunner extends WorkerEntrypoint {
  async ping(): Promise<true> {
    return true;
  }
}

export default { fetch: () => new Response("ok") };
