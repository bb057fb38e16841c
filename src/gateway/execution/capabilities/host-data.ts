import { callRefused } from "../../../domain/execution/call-refused.ts";
import type { CallReply, Job } from "../../../domain/execution/job.ts";
import type { Capability, InstallationObject, Wish } from "../../../market/execution/capability-ports.ts";
import type { Authority, HostData } from "../../../market/execution/ports.ts";

/** Customers, requests and appointments of the instance that the plugin is installed on. */
export class HostDataCapability implements Capability {
  readonly #host: HostData;
  readonly #own: InstallationObject;
  readonly #job: Job;
  readonly #authority: Authority;

  constructor(host: HostData, own: InstallationObject, job: Job, authority: Authority) {
    this.#host = host;
    this.#own = own;
    this.#job = job;
    this.#authority = authority;
  }

  async perform({ method, args, rate }: Wish): Promise<CallReply> {
    const retryAfter = await this.#own.spend(rate);
    if (retryAfter !== null) return callRefused("rate_limited", `Rate limit exceeded for ${method}`, retryAfter);
    return this.#host.call({
      method,
      args,
      plugin: this.#job.plugin,
      installation: this.#job.activationId,
      instanceId: this.#authority.instanceId,
      userId: this.#authority.userId,
    });
  }
}
