import { RpcTarget } from "cloudflare:workers";
import type { HostSession } from "../../contract/sandbox.ts";
import type { CallCode, CallReply, Job } from "../../domain/execution/job.ts";
import { METHODS, type Method } from "../../domain/execution/methods.ts";
import type { Json } from "../../domain/json/json.ts";
import { performCall } from "../../market/execution/perform-call.ts";
import type { Authority } from "../../market/execution/ports.ts";
import type { World } from "../../market/ports.ts";

type SessionWorld = Pick<World, "pluginStorage" | "hostData" | "clock">;

/**
 * The marketplace's side of one execution: the only object of ours the sandbox ever holds. It closes over installation,
 * grant, deadline and budget in private fields, which RPC cannot reach; `call` is its only method. It trusts nothing the
 * sandbox tested.
 */
export class RunSession extends RpcTarget implements HostSession {
  readonly #world: SessionWorld;
  readonly #job: Job;
  readonly #authority: Authority;
  readonly #deadline: number;
  #left: number;
  #isOpen = true;

  /** `deadline` is Unix milliseconds. */
  constructor(world: SessionWorld, job: Job, authority: Authority, deadline: number) {
    super();
    this.#world = world;
    this.#job = job;
    this.#authority = authority;
    this.#deadline = deadline;
    this.#left = job.limits.calls;
  }

  async call(method: Method, args: Json): Promise<CallReply> {
    if (!this.#isOpen || this.#world.clock.now() >= this.#deadline)
      return refused("session_closed", "This run has ended");
    if (this.#left <= 0) return refused("rate_limited", "This run has used up its API calls");
    if (typeof method !== "string" || !Object.hasOwn(METHODS, method))
      return refused("unknown_method", "No such method");
    this.#left--;
    try {
      return await performCall(this.#world, this.#job, this.#authority, method, args);
    } catch (error) {
      console.error(JSON.stringify({ execution: this.#job.executionId, method, error: String(error) }));
      return refused("host_unavailable", "The marketplace cannot answer right now");
    }
  }

  /** Static, so that no caller over RPC can reach it. */
  static close(session: RunSession): void {
    session.#isOpen = false;
  }
}

function refused(code: CallCode, message: string): CallReply {
  return { ok: false, error: { code, message } };
}
