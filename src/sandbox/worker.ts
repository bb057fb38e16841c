import { WorkerEntrypoint } from "cloudflare:workers";
import guestPrelude from "../../dist/guest/prelude.guest.js";
import type { HostSession, Runner } from "../contract/sandbox.ts";
import { sha256Hex } from "../domain/digest.ts";
import type { EgressRule, Job, RunnerCall, RunReply } from "../domain/execution/job.ts";
import { egressDenied, egressRefusal, egressRequest, exchange, REQUEST_TOO_LARGE } from "./egress.ts";
import type { EgressMeter } from "./egress-meter.ts";
import { runPlugin } from "./run.ts";

/** Bindings of the sandbox Worker: the loader and nothing of value. */
interface SandboxEnv {
  readonly LOADER: WorkerLoader;
  readonly VERSION?: { readonly id: string };
}
interface EgressProps {
  readonly activationId: string;
  readonly egress: readonly EgressRule[];
  readonly perMinute: number;
}

export { EgressMeter } from "./egress-meter.ts";

let guestBuild: Promise<string> | undefined;

/** The runner of plugin code (src/contract/sandbox.ts, Runner). */
export class SandboxRunner extends WorkerEntrypoint<SandboxEnv> implements Runner {
  async ping(): Promise<true> {
    return true;
  }

  async run(job: Job, call: RunnerCall, host: HostSession, module?: string): Promise<RunReply> {
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
    const { activationId, egress, perMinute } = this.ctx.props;
    const leaving = egressRequest(request, url, egress);
    if (leaving === null) return egressDenied(REQUEST_TOO_LARGE);
    const { EgressMeter } = this.ctx.exports as unknown as { EgressMeter: DurableObjectNamespace<EgressMeter> };
    const wait = await EgressMeter.getByName(activationId).spend(perMinute);
    if (wait !== null) return egressDenied(`more than ${perMinute} requests in one minute; try again in ${wait} s`);
    return exchange(leaving, url.hostname, (request, options) => fetch(request, options));
  }
}

/** The heartbeat of the local watchdog. */
export default { fetch: () => new Response("ok") };
