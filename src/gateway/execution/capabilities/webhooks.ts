import { callRefused } from "../../../domain/execution/call-refused.ts";
import type { CallReply, Job } from "../../../domain/execution/job.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import { unixSeconds } from "../../../domain/time.ts";
import type { Capability, InstallationObject, Wish } from "../../../market/execution/capability-ports.ts";
import type { Authority } from "../../../market/execution/ports.ts";
import type { World } from "../../../market/ports.ts";

type WebhookWorld = Pick<World, "pluginWebhooks" | "webhookBell" | "clock">;

/** A webhook to the plugin's own instance: signed, retried and seen there as `plugin:<name>:<event>`. */
export class WebhooksCapability implements Capability {
  readonly #world: WebhookWorld;
  readonly #own: InstallationObject;
  readonly #job: Job;
  readonly #authority: Authority;

  constructor(world: WebhookWorld, own: InstallationObject, job: Job, authority: Authority) {
    this.#world = world;
    this.#own = own;
    this.#job = job;
    this.#authority = authority;
  }

  async perform({ method, args, rate }: Wish): Promise<CallReply> {
    const retryAfter = await this.#own.spend(rate);
    if (retryAfter !== null) return callRefused("rate_limited", `Rate limit exceeded for ${method}`, retryAfter);
    const event = `plugin:${this.#job.plugin}:${String(args.name)}`;
    const now = unixSeconds(this.#world.clock.now());
    const { instanceId } = this.#authority;
    const id = await this.#world.pluginWebhooks.owe(instanceId, event, args.data as JsonObject, now);
    if (id === null) return callRefused("host_unavailable", "The instance does not take its webhooks");
    // The row is the work: a bell that cannot ring is rung again by the sweep.
    await this.#world.webhookBell.ring(id).catch(() => {});
    return { ok: true, value: { id: `evt_${id}` } };
  }
}
