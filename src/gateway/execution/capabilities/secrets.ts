import { callRefused } from "../../../domain/execution/call-refused.ts";
import type { CallReply } from "../../../domain/execution/job.ts";
import type { Capability, InstallationObject, Wish } from "../../../market/execution/capability-ports.ts";
import type { Authority } from "../../../market/execution/ports.ts";
import { readSecret } from "../../../market/execution/secrets.ts";
import type { World } from "../../../market/ports.ts";

/** Secrets that the admin set and the manifest says code may read. Opened per call; nothing is kept open. */
export class SecretsCapability implements Capability {
  readonly #world: Pick<World, "vault">;
  readonly #own: InstallationObject;
  readonly #authority: Authority;

  constructor(world: Pick<World, "vault">, own: InstallationObject, authority: Authority) {
    this.#world = world;
    this.#own = own;
    this.#authority = authority;
  }

  async perform({ method, args, rate }: Wish): Promise<CallReply> {
    const key = String(args.key);
    const field = this.#authority.secretFields.find((candidate) => candidate.key === key);
    if (field?.readable !== true)
      return callRefused("capability_denied", `Plugin does not declare a readable secret: ${key}`);
    const retryAfter = await this.#own.spend(rate);
    if (retryAfter !== null) return callRefused("rate_limited", `Rate limit exceeded for ${method}`, retryAfter);
    const { sealed, storageId } = this.#authority;
    if (!Object.hasOwn(sealed, key)) return { ok: true, value: null };
    return { ok: true, value: await readSecret(this.#world, storageId, key, sealed[key] ?? "") };
  }
}
