import type { HostSession } from "../contract/sandbox.ts";
import type { EgressRule, Job, Report, RunCode, RunnerCall, RunReply } from "../domain/execution/job.ts";
import { MAX_ANSWER_DEPTH, typeLimits } from "../domain/execution/limits.ts";
import type { Json } from "../domain/json/json.ts";
import { Capabilities } from "./capabilities.ts";
import { isDeeperThan } from "./depth.ts";
import { GUEST_DATE, GUEST_FLAGS, loaderId } from "./identity.ts";
import { verifiedModule } from "./modules.ts";
import { createPoisonList, type PoisonList } from "./poison.ts";

/** What one run needs of this Worker. `prelude` is the module that calls the plugin; `guestBuild` names its text. */
export interface Platform {
  readonly loader: WorkerLoader;
  readonly prelude: string;
  readonly guestBuild: string;
  /** Names that went wrong; one list for the life of this Worker's isolate where none is handed in. */
  readonly poison?: PoisonList;
  /** Names this deployment; empty locally. */
  readonly deployment: string;
  egress(rules: {
    readonly activationId: string;
    readonly egress: readonly EgressRule[];
    readonly perMinute: number;
  }): Fetcher;
}

/** Said by a warm isolate whose parent was deployed anew. A plugin can say it too: that costs it one more isolate. */
const STALE = "Unable to deserialize cloned data due to invalid or unsupported version.";
const skewed = new Set<string>();
const poisonList = createPoisonList(() => Date.now());

/**
 * Runs one call of one plugin in its isolate (README, One run). Answers an envelope, never throws. `need_module` when
 * the module's text is neither sent nor kept.
 */
export async function runPlugin(
  platform: Platform,
  job: Job,
  call: RunnerCall,
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
  const once = (base: string) => runUnderName(platform, base, plugin.text, job, call, host);
  if (skewed.has(id)) return once(freshId);
  const first = await once(id);
  if (first.ok || first.error.message !== STALE || !job.idempotent) return first;
  skewed.add(id);
  return once(freshId);
}

/** Runs under a name that did not go wrong, and remembers when it does. */
async function runUnderName(
  platform: Platform,
  base: string,
  pluginText: string,
  job: Job,
  call: RunnerCall,
  host: HostSession,
): Promise<RunReply> {
  const { poison = poisonList } = platform;
  const name = poison.nameFor(base);
  if (typeof name !== "string") return { ok: false, error: name };
  let failure: Poisoning | null = null;
  const reply = await runOnce(platform, name, pluginText, job, call, host, (seen) => {
    failure = seen;
  });
  notePoison(poison, base, failure);
  return reply;
}

/** A failure of the isolate itself, seen from outside: nothing a plugin can say. */
interface Poisoning {
  readonly code: RunCode;
  readonly message: string;
}

function notePoison(poison: PoisonList, base: string, failure: Poisoning | null): void {
  if (failure === null) poison.answered(base);
  else if (failure.code === "plugin_invalid") poison.failedToStart(base, failure);
  else if (failure.code === "plugin_timeout") poison.wasLate(base, failure);
  else if (failure.message !== STALE) poison.wentBad(base, failure);
}

async function runOnce(
  platform: Platform,
  id: string,
  pluginText: string,
  job: Job,
  call: RunnerCall,
  host: HostSession,
  seeFailure: (failure: Poisoning) => void,
): Promise<RunReply> {
  const capabilities = new Capabilities(job, host);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: ReturnType<typeof setTimeout> | undefined;
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
        job.egress.length === 0
          ? null
          : platform.egress({
              activationId: job.activationId,
              egress: job.egress,
              perMinute: job.egressPerMinute,
            }),
      limits: typeLimits(job.type),
    }));
    held.push(worker);
    const { cpuMs, subRequests } = job.limits;
    const entry = worker.getEntrypoint(undefined, { limits: { cpuMs, subRequests } }) as unknown as Guest;
    held.push(entry);
    const about = {
      plugin: job.plugin,
      version: job.version,
      installation: job.activationId,
      settings: job.settings,
      license: job.license,
    };
    const answer = await Promise.race([
      entry.run(about, call, capabilities),
      new Promise((resolve) => {
        timer = setTimeout(() => resolve(TIMED_OUT), job.limits.wallMs);
      }),
      Capabilities.flooded(capabilities).then(() => FLOODED),
      new Promise((resolve) => {
        asking = setTimeout(() => resolve(stopped(host)), ASK_AFTER_MS);
      }),
    ]);
    held.push(answer);
    const read = readAnswer(answer, job.limits.outputBytes);
    if (answer === TIMED_OUT) seeFailure(LATE);
    return settle(read, capabilities);
  } catch (error) {
    const failed = namedFailure(error);
    seeFailure(failed.error);
    return settle(failed, capabilities);
  } finally {
    Capabilities.close(capabilities);
    clearTimeout(timer);
    clearTimeout(asking);
    for (const thing of held) dispose(thing);
  }
}

/** The prelude's entrypoint, as seen from here. What it answers is a stranger's value until it was read. */
interface Guest {
  run(about: object, call: RunnerCall, capabilities: Capabilities): Promise<unknown>;
}

/** A run that lasts longer asks the marketplace to say when it shall end; shorter ones never pay for the question. */
const ASK_AFTER_MS = 1000;

async function stopped(host: HostSession): Promise<typeof STOPPED> {
  // A marketplace that cannot tell does not end a run: its deadline does.
  const isStopped = await Promise.resolve(host.stopped?.() ?? Promise.reject(new Error("cannot tell"))).then(
    () => true,
    () => false,
  );
  return isStopped ? STOPPED : new Promise(() => {});
}

const LATE: Poisoning = { code: "plugin_timeout", message: "The plugin did not answer in time" };
const STOPPED = Symbol("stopped");
const TIMED_OUT = Symbol("timed out");
const FLOODED = Symbol("flooded");
/** Failures the prelude may name. Everything else that ends a run is seen from outside. */
const GUEST_CODES = ["plugin_error", "plugin_invalid", "network_denied"] as const satisfies readonly RunCode[];
interface Failed {
  readonly ok: false;
  readonly error: { readonly code: RunCode; readonly message: string };
}
type Outcome =
  | { ok: true; value: Json }
  | { ok: false; error: { code: RunCode; message?: string; isTransient?: boolean } };

/** The prelude answers JSON text, so no live stub, function or accessor can come back. */
function readAnswer(answer: unknown, maxBytes: number): Outcome {
  if (answer === TIMED_OUT) return failure("plugin_timeout", "The plugin did not answer in time");
  if (answer === STOPPED) return failure("stopped", "This installation was stopped while the plugin ran");
  if (answer === FLOODED) return failure("plugin_limit", "The plugin went on calling after a thousand refusals");
  if (typeof answer !== "string") return failure("plugin_output", "The plugin's answer is not data");
  if (answer.length > maxBytes || new TextEncoder().encode(answer).length > maxBytes)
    return failure("plugin_output", "The plugin's answer is larger than 256 KiB");
  try {
    const envelope = JSON.parse(answer) as Json;
    // What is nested without measure cannot cross to the marketplace: the call itself would fail, as if we had crashed.
    if (isDeeperThan(envelope, MAX_ANSWER_DEPTH))
      return failure("plugin_output", `The plugin's answer is nested deeper than ${MAX_ANSWER_DEPTH} levels`);
    if (isObject(envelope) && envelope.ok === true) return { ok: true, value: envelope.value ?? null };
    if (isObject(envelope) && typeof envelope.message === "string") {
      const code = GUEST_CODES.find((known) => known === envelope.code) ?? "plugin_error";
      const failed = failure(code, envelope.message);
      if (envelope.isTransient !== true) return failed;
      return { ok: false, error: { ...failed.error, isTransient: true } };
    }
  } catch {
    // falls through: not JSON
  }
  return failure("plugin_output", "The plugin's answer is not data");
}

/** A rejection means the isolate itself failed: plugin errors are caught inside. The texts are the runtime's. */
function namedFailure(error: unknown): Failed {
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
    return { ok: false, error: { ...plainError(outcome.error), code: "capability_denied" }, report };
  if (isOwnFailure && Capabilities.wasOverBudget(capabilities))
    return { ok: false, error: { code: "plugin_limit", ...(message === undefined ? {} : { message }) }, report };
  return { ...outcome, report };
}

/** A denied wish stays denied: no other try helps. */
function plainError({ message }: { message?: string }): { message?: string } {
  return message === undefined ? {} : { message };
}

function failure(code: RunCode, message: string): Failed {
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
