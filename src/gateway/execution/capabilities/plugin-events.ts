import { callRefused } from "../../../domain/execution/call-refused.ts";
import type { CallReply, Job } from "../../../domain/execution/job.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import type { Capability, InstallationObject, Wish } from "../../../market/execution/capability-ports.ts";
import { emitEvent } from "../../../market/execution/emit-event.ts";
import type { Authority } from "../../../market/execution/ports.ts";
import type { World } from "../../../market/ports.ts";

type EventWorld = Pick<World, "executions" | "executionBell" | "chance" | "clock">;

/** What this plugin tells other plugins of the same instance, under its own name only. */
export class PluginEventsCapability implements Capability {
  readonly #world: EventWorld;
  readonly #own: InstallationObject;
  readonly #job: Job;
  readonly #authority: Authority;

  constructor(world: EventWorld, own: InstallationObject, job: Job, authority: Authority) {
    this.#world = world;
    this.#own = own;
    this.#job = job;
    this.#authority = authority;
  }

  async perform({ method, args, rate }: Wish): Promise<CallReply> {
    const name = String(args.name);
    if (!this.#job.emits.includes(name))
      return callRefused("capability_denied", `Plugin does not declare the event: ${name}`);
    const retryAfter = await this.#own.spend(rate);
    if (retryAfter !== null) return callRefused("rate_limited", `Rate limit exceeded for ${method}`, retryAfter);
    return emitEvent(this.#world, this.#job, this.#authority, name, args.data as JsonObject);
  }
}
