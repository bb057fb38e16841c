import { callRefused } from "../../../domain/execution/call-refused.ts";
import type { CallReply, Job } from "../../../domain/execution/job.ts";
import type { Capability, InstallationObject, Wish } from "../../../market/execution/capability-ports.ts";
import type { Authority } from "../../../market/execution/ports.ts";
import { readStrings, type StringsSource } from "../../../market/execution/read-strings.ts";
import type { World } from "../../../market/ports.ts";

/** Texts of the plugin's own bundle in one language. */
export class StringsCapability implements Capability {
  readonly #world: Pick<World, "bundles" | "licenses">;
  readonly #own: InstallationObject;
  readonly #release: StringsSource;

  constructor(world: Pick<World, "bundles" | "licenses">, own: InstallationObject, job: Job, authority: Authority) {
    this.#world = world;
    this.#own = own;
    const { pluginId, bundleSha256 } = authority;
    this.#release = { pluginId, bundleSha256, version: job.version };
  }

  async perform({ method, args, rate }: Wish): Promise<CallReply> {
    const retryAfter = await this.#own.spend(rate);
    if (retryAfter !== null) return callRefused("rate_limited", `Rate limit exceeded for ${method}`, retryAfter);
    return { ok: true, value: await readStrings(this.#world, this.#release, String(args.locale)) };
  }
}
