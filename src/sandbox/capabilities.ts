import { RpcTarget } from "cloudflare:workers";
import type { HostSession } from "../contract/sandbox.ts";
import { copyJson } from "../domain/execution/copy-json.ts";
import {
  type CallCode,
  type CallReply,
  type Job,
  LOG_LEVELS,
  type LogLevel,
  type Report,
} from "../domain/execution/job.ts";
import { MAX_CALL_BYTES } from "../domain/execution/limits.ts";
import { METHODS, type Method } from "../domain/execution/methods.ts";
import { MAX_FILE_BYTES } from "../domain/execution/storage-rules.ts";

/** Calls of one run that may be on their way to the marketplace together; more wait their turn. */
const MAX_IN_FLIGHT = 16;
/** Calls that may wait; more are refused at once. */
const MAX_WAITING = 1024;
/** A run that goes on asking after this many refusals only wants to keep us busy: it ends. */
const MAX_REFUSALS = 1000;

/**
 * What one run may do, and the only object of ours an isolate ever holds. Every public method is attack surface: it
 * tests method, grant, shape and count before anything reaches the marketplace (which tests again), and it keeps the
 * report, out of the plugin's reach. After `close` nothing passes any more.
 */
export class Capabilities extends RpcTarget {
  readonly #job: Job;
  readonly #host: HostSession;
  readonly #calls: { [M in Method]?: number } = {};
  readonly #denied: { [method: string]: number } = {};
  readonly #logs: { level: LogLevel; text: string }[] = [];
  #made = 0;
  #logBytes = 0;
  #isOpen = true;
  #inFlight = 0;
  #isOverBudget = false;
  #refusals = 0;
  readonly #flooded = Promise.withResolvers<void>();
  readonly #waiting: (() => void)[] = [];

  constructor(job: Job, host: HostSession) {
    super();
    this.#job = job;
    this.#host = host;
  }

  /** One capability call. Answers an envelope, never throws: error text would cross the boundary verbatim. */
  async call(method: unknown, args: unknown, bytes?: unknown): Promise<CallReply> {
    const reply = await this.#answer(method, args, bytes);
    if (!reply.ok && !HOST_CODES.includes(reply.error.code) && ++this.#refusals > MAX_REFUSALS) this.#flooded.resolve();
    return reply;
  }

  async #answer(method: unknown, args: unknown, bytes: unknown): Promise<CallReply> {
    if (!this.#isOpen) return refused("session_closed", "This run has ended");
    if (!isMethod(method)) return refused("unknown_method", "No such method");
    const { permission } = METHODS[method];
    if (permission !== null && !this.#job.granted.includes(permission)) {
      this.#denied[method] = (this.#denied[method] ?? 0) + 1;
      return refused("capability_denied", `Plugin does not have permission: ${permission}`);
    }
    if (this.#made >= this.#job.limits.calls) {
      this.#isOverBudget = true;
      return refused("rate_limited", "This run has used up its API calls");
    }
    const copy = copyJson(args ?? {}, MAX_CALL_BYTES);
    if (!copy.ok) return refused("invalid_arguments", ARGUMENT_MESSAGES[copy.problem]);
    if (bytes !== undefined && !isContent(method, bytes))
      return refused("invalid_arguments", "Only a file has content: a Uint8Array of at most 4 MiB");
    this.#made++;
    this.#calls[method] = (this.#calls[method] ?? 0) + 1;
    if (!(await this.#turn())) return refused("rate_limited", "Too many calls at once");
    try {
      if (!this.#isOpen) return refused("session_closed", "This run has ended");
      const reply = await (bytes === undefined
        ? this.#host.call(method, copy.value)
        : this.#host.call(method, copy.value, bytes));
      if (!reply.ok && reply.error.code === "capability_denied") this.#denied[method] = (this.#denied[method] ?? 0) + 1;
      return reply;
    } catch {
      return refused("host_unavailable", "The marketplace cannot answer right now");
    } finally {
      this.#inFlight--;
      this.#waiting.shift()?.();
    }
  }

  /** One line of the plugin's log; it ends here. Beyond the run's log bytes nothing is kept. */
  log(level: unknown, text: unknown): void {
    if (!this.#isOpen || typeof text !== "string" || this.#logBytes >= this.#job.limits.logBytes) return;
    const known = LOG_LEVELS.find((entry) => entry === level) ?? "info";
    const left = this.#job.limits.logBytes - this.#logBytes;
    const bytes = new TextEncoder().encode(text.slice(0, left));
    this.#logBytes += Math.max(1, bytes.length);
    const line = bytes.length > left ? new TextDecoder().decode(bytes.subarray(0, left)) : text.slice(0, left);
    this.#logs.push({ level: known, text: withoutControls(line) });
  }

  static close(capabilities: Capabilities): void {
    capabilities.#isOpen = false;
    for (const wake of capabilities.#waiting.splice(0)) wake();
  }

  static report(capabilities: Capabilities): Report {
    return {
      calls: { ...capabilities.#calls },
      denied: { ...capabilities.#denied },
      logs: [...capabilities.#logs],
    };
  }

  /** Settles when the run was refused so often that it shall end. */
  static flooded(capabilities: Capabilities): Promise<void> {
    return capabilities.#flooded.promise;
  }

  static wasOverBudget(capabilities: Capabilities): boolean {
    return capabilities.#isOverBudget;
  }

  async #turn(): Promise<boolean> {
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      if (this.#waiting.length >= MAX_WAITING) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#inFlight++;
    return true;
  }
}

function isContent(method: Method, bytes: unknown): bytes is Uint8Array {
  return method === "files.put" && bytes instanceof Uint8Array && bytes.length <= MAX_FILE_BYTES;
}

/** Refusals that answer a proper question; asking a thousand of those is work. */
const HOST_CODES: readonly CallCode[] = ["host_refused", "host_unavailable", "quota_exceeded"];

const ARGUMENT_MESSAGES = {
  too_large: "The arguments are larger than 256 KiB",
  too_deep: "The arguments are nested too deeply",
  not_json: "The arguments are not plain JSON",
} as const;

function isMethod(value: unknown): value is Method {
  return typeof value === "string" && Object.hasOwn(METHODS, value);
}

function refused(code: CallCode, message: string): CallReply {
  return { ok: false, error: { code, message } };
}

/** One line stays one line, and no terminal escape survives. */
function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
}
