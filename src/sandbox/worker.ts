import { WorkerEntrypoint } from "cloudflare:workers";
import guestPrelude from "../../dist/guest/prelude.guest.js";
import type { HostSession, Runner } from "../contract/sandbox.ts";
import { sha256Hex } from "../domain/digest.ts";
import type { Call, EgressRule, Job, RunReply } from "../domain/execution/job.ts";
import { egressDenied, egressRefusal, egressRequest, egressResponse } from "./egress.ts";
import { runPlugin } from "./run.ts";

/** Bindings of the sandbox Worker: the loader and nothing of value. */
interface SandboxEnv {
  readonly LOADER: WorkerLoader;
  readonly VERSION?: { readonly id: string };
}
interface EgressProps {
  readonly activationId: string;
  readonly egress: readonly EgressRule[];
}

let guestBuild: Promise<string> | undefined;

/** The runner of plugin code (src/contract/sandbox.ts, Runner). */
export class SandboxRunner extends WorkerEntrypoint<SandboxEnv> implements Runner {
  async ping(): Promise<true> {
    return true;
  }

  async run(job: Job, call: Call, host: HostSession, module?: string): Promise<RunReply> {
    const exports = this.ctx.exports as unknown as { Egress(options: { props: EgressProps }): Fetcher };
    guestBuild ??= sha256Hex(guestPrelude);
    const platform = {
      loader: this.env.LOADER,
      prelude: guestPrelude,
      guestBuild: await guestBuild,
      deployment: this.env.VERSION?.id ?? "",
      egress: (props: EgressProps) => exports.Egress({ props }),
    };
    return runPlugin(platform, job, call, host, module);
  }
}

/** The network of plugins with declared hosts. It has no `connect`: without one, TCP is refused. */
export class Egress extends WorkerEntrypoint<SandboxEnv, EgressProps> {
  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const why = egressRefusal(url, request.method, this.ctx.props.egress);
    if (why !== null) return egressDenied(why);
    return egressResponse(await fetch(egressRequest(request, url)));
  }
}

/** The heartbeat of the local watchdog. */
export default { fetch: () => new Response("ok") };
