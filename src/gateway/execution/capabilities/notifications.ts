import { callRefused } from "../../../domain/execution/call-refused.ts";
import type { CallReply } from "../../../domain/execution/job.ts";
import type { Capability, InstallationObject, Wish } from "../../../market/execution/capability-ports.ts";

/** Messages to the user who installed the plugin; the list is what the plugin itself sent, never the host's inbox. */
export class NotificationsCapability implements Capability {
  readonly #host: Capability;
  readonly #own: InstallationObject;

  constructor(host: Capability, own: InstallationObject) {
    this.#host = host;
    this.#own = own;
  }

  async perform(wish: Wish): Promise<CallReply> {
    if (wish.method === "notifications.list") {
      const retryAfter = await this.#own.spend(wish.rate);
      return retryAfter === null
        ? { ok: true, value: await this.#own.sent() }
        : callRefused("rate_limited", `Rate limit exceeded for ${wish.method}`, retryAfter);
    }
    const reply = await this.#host.perform(wish);
    if (reply.ok) await this.#own.noteSent(wish.args);
    return reply;
  }
}
