import type { HostSession } from "../contract/sandbox.ts";
import type { Call, EgressRule, Job, Report, RunCode, RunReply } from "../domain/execution/job.ts";
import { typeLimits } from "../domain/execution/limits.ts";
import type { Json } from "../domain/json/json.ts";
import { Capabilities } from "./capabilities.ts";
import { GUEST_DATE, GUEST_FLAGS, loaderId } from "./identity.ts";
import { verifiedModule } from "./modules.ts";

/** What one run needs of this Worker. `prelude` is the module that calls the plugin; `guestBuild` names its text. */
export interface Platform {
  readonly loader: WorkerLoader;
  readonly prelude: string;
  readonly guestBuild: string;
  /** Names this deployment; empty locally. */
  readonly deployment: string;
  egress(rules: { readonly activationId: string; readonly egress: readonly EgressRule[] }): Fetcher;
}

/** Said by a warm isolate whose parent was deployed anew. A plugin can say it too: that costs it one more isolate. */
const STALE = "Unable to deserialize cloned data due to invalid or unsupported version.";
const skewed = new Set<string>();

/**
 * Runs one call of one plugin in its isolate (README, One run). Answers an envelope, never throws. `need_module` when
 * the module's text is neither sent nor kept.
 */
export async function runPlugin(
  platform: Platform,
  job: Job,
  call: Call,
  host: HostSession,
  module: string | undefined,
): Promise<RunReply> {
  const plugin = await verifiedModule(job.moduleSha256, module);
  if (!plugin.ok)
    return plugin.why === "absent"
      ? { ok: false, error: { code: "need_module" } }
      : {
          ok: false,
          error: { code: "plugin_invalid", message: "The module's bytes are not those that were reviewed" },
        };
  const id = await loaderId(job, platform.guestBuild);
  const freshId = `${id}:${platform.deployment}`;
  const once = (name: string) => runOnce(platform, name, plugin.text, job, call, host);
  if (skewed.has(id)) return once(freshId);
  const first = await once(id);
  if (first.ok || first.error.message !== STALE || !job.idempotent) return first;
  skewed.add(id);
  return once(freshId);
}

async function runOnce(
  platform: Platform,
  id: string,
  pluginText: string,
  job: Job,
  call: Call,
  host: HostSession,
): Promise<RunReply> {
  const capabilities = new Capabilities(job, host);
  const stop = new AbortController();
  const held: unknown[] = [];
  try {
    const worker = platform.loader.get(id, () => ({
      compatibilityDate: GUEST_DATE,
      compatibilityFlags: [...GUEST_FLAGS],
      mainModule: "prelude.js",
      modules: { "prelude.js": platform.prelude, "plugin.js": pluginText },
      env: {},
      // Left out, it would inherit our network.
      globalOutbound:
        job.egress.length === 0 ? null : platform.egress({ activationId: job.activationId, egress: job.egress }),
      limits: typeLimits(job.type),
    }));
    held.push(worker);
    const { cpuMs, subRequests } = job.limits;
    const entry = worker.getEntrypoint(undefined, { limits: { cpuMs, subRequests } }) as unknown as Guest;
    held.push(entry);
    const about = { plugin: job.plugin, version: job.version, installation: job.activationId };
    const answer = await Promise.race([
      entry.run(about, call, capabilities),
      scheduler.wait(job.limits.wallMs, { signal: stop.signal }).then(() => TIMED_OUT),
      Capabilities.flooded(capabilities).then(() => FLOODED),
    ]);
    held.push(answer);
    return settle(readAnswer(answer, job.limits.outputBytes), capabilities);
  } catch (error) {
    return settle(namedFailure(error), capabilities);
  } finally {
    Capabilities.close(capabilities);
    stop.abort();
    for (const thing of held) dispose(thing);
  }
}

/** The prelude's entrypoint, as seen from here. What it answers is a stranger's value until it was read. */
interface Guest {
  run(about: object, call: Call, capabilities: Capabilities): Promise<unknown>;
}

const TIMED_OUT = Symbol("timed out");
const FLOODED = Symbol("flooded");
/** Failures the prelude may name. Everything else that ends a run is seen from outside. */
const GUEST_CODES = ["plugin_error", "plugin_invalid", "network_denied"] as const satisfies readonly RunCode[];
type Outcome = { ok: true; value: Json } | { ok: false; error: { code: RunCode; message?: string } };

/** The prelude answers JSON text, so no live stub, function or accessor can come back. */
function readAnswer(answer: unknown, maxBytes: number): Outcome {
  if (answer === TIMED_OUT) return failure("plugin_timeout", "The plugin did not answer in time");
  if (answer === FLOODED) return failure("plugin_limit", "The plugin went on calling after a thousand refusals");
  if (typeof answer !== "string") return failure("plugin_output", "The plugin's answer is not data");
  if (answer.length > maxBytes || new TextEncoder().encode(answer).length > maxBytes)
    return failure("plugin_output", "The plugin's answer is larger than 256 KiB");
  try {
    const envelope = JSON.parse(answer) as Json;
    if (isObject(envelope) && envelope.ok === true) return { ok: true, value: envelope.value ?? null };
    if (isObject(envelope) && typeof envelope.message === "string") {
      const code = GUEST_CODES.find((known) => known === envelope.code) ?? "plugin_error";
      return failure(code, envelope.message);
    }
  } catch {
    // falls through: not JSON
  }
  return failure("plugin_output", "The plugin's answer is not data");
}

/** A rejection means the isolate itself failed: plugin errors are caught inside. The texts are the runtime's. */
function namedFailure(error: unknown): Outcome {
  const message = String(error instanceof Error ? error.message : error);
  if (message.includes("had hung and would never")) return failure("plugin_timeout", "The plugin would never answer");
  if (message.startsWith("Failed to start Worker") || message.startsWith("Uncaught"))
    return failure("plugin_invalid", message);
  if (/memory limit/i.test(message)) return failure("plugin_memory", message);
  if (/CPU time limit|exceeded .*(CPU|subrequest)|too many subrequests/i.test(message))
    return failure("plugin_limit", message);
  return failure("plugin_crashed", message);
}

/** A failed run with a refused wish in its report is named for the wish. */
function settle(outcome: Outcome, capabilities: Capabilities): RunReply {
  const report: Report = Capabilities.report(capabilities);
  if (outcome.ok) return { ...outcome, report };
  const { code, message } = outcome.error;
  const isOwnFailure = code === "plugin_error" || code === "network_denied";
  if (isOwnFailure && Object.keys(report.denied).length > 0)
    return { ok: false, error: { ...outcome.error, code: "capability_denied" }, report };
  if (isOwnFailure && Capabilities.wasOverBudget(capabilities))
    return { ok: false, error: { code: "plugin_limit", ...(message === undefined ? {} : { message }) }, report };
  return { ...outcome, report };
}

function failure(code: RunCode, message: string): Outcome {
  return { ok: false, error: { code, message: message.slice(0, 300) } };
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Stubs kept alive warn, halve the speed of warm calls and hold the isolate. */
function dispose(thing: unknown): void {
  if ((typeof thing !== "object" && typeof thing !== "function") || thing === null) return;
  try {
    (thing as { [DISPOSE]?: () => void })[DISPOSE]?.();
  } catch {
    // a stranger's object may refuse; the request's end drops it anyway
  }
}

/** `Symbol.dispose`, which the configured standard library does not know yet. */
const DISPOSE: unique symbol = (Symbol as unknown as { readonly dispose: never }).dispose;
