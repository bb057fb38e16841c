import { RpcTarget } from "cloudflare:workers";
import type { HostSession } from "../../contract/sandbox.ts";
import type { CallCode, CallReply, Job } from "../../domain/execution/job.ts";
import { METHODS, type Method } from "../../domain/execution/methods.ts";
import type { Json } from "../../domain/json/json.ts";
import { type CallingRun, performCall } from "../../market/execution/perform-call.ts";
import { type Authority, STOP_CHECK_MS } from "../../market/execution/ports.ts";
import { callMeter } from "./call-meter.ts";
import { type CapabilityWorld, openCapabilities } from "./capabilities/open-capabilities.ts";

/**
 * The marketplace's side of one execution: the only object of ours the sandbox ever holds. It closes over installation,
 * grant, deadline and budget in private fields, which RPC cannot reach; `call` is its only method. It trusts nothing the
 * sandbox tested.
 */
export class RunSession extends RpcTarget implements HostSession {
  readonly #world: CapabilityWorld;
  readonly #run: CallingRun;
  readonly #deadline: number;
  readonly #mayGoOn: () => Promise<boolean>;
  #left: number;
  #isOpen = true;

  /** `deadline` is Unix milliseconds. */
  constructor(
    world: CapabilityWorld,
    job: Job,
    authority: Authority,
    deadline: number,
    mayGoOn: () => Promise<boolean> = async () => true,
  ) {
    super();
    this.#world = world;
    this.#run = {
      job,
      authority,
      capabilities: openCapabilities(world, job, authority),
      meter: () => callMeter.spend(world, job, authority),
    };
    this.#deadline = deadline;
    this.#mayGoOn = mayGoOn;
    this.#left = job.limits.calls;
  }

  async call(method: Method, args: Json, bytes?: Uint8Array): Promise<CallReply> {
    if (!this.#isOpen || this.#world.clock.now() >= this.#deadline)
      return refused("session_closed", "This run has ended");
    if (this.#left <= 0) return refused("rate_limited", "This run has used up its API calls");
    if (typeof method !== "string" || !Object.hasOwn(METHODS, method))
      return refused("unknown_method", "No such method");
    this.#left--;
    try {
      return await performCall(this.#run, method, args, bytes);
    } catch (error) {
      console.error(JSON.stringify({ execution: this.#run.job.executionId, method, error: String(error) }));
      return refused("host_unavailable", "The marketplace cannot answer right now");
    }
  }

  /** Looks again and again whether the run may go on; once it may not, every capability is closed. Settles then, or at the end. */
  async stopped(): Promise<void> {
    while (this.#isOpen && this.#world.clock.now() < this.#deadline) {
      if (!(await this.#mayGoOn().catch(() => true))) {
        this.#isOpen = false;
        return;
      }
      await scheduler.wait(STOP_CHECK_MS);
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
