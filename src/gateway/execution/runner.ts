import type { Runner } from "../../contract/sandbox.ts";
import type { Call, Job, RunCode, RunReply } from "../../domain/execution/job.ts";
import type { Authority, PluginRunner } from "../../market/execution/ports.ts";
import type { World } from "../../market/ports.ts";
import type { CapabilityWorld } from "./capabilities/open-capabilities.ts";
import { createFlight } from "./flight.ts";
import { RunSession } from "./host-session.ts";
import type { IncidentLog } from "./incidents.ts";
import { withInjected } from "./injected-secrets.ts";
import { createIsolateGate } from "./isolate-gate.ts";

/** Beyond the sandbox's own deadline: a synchronous loop stops the sandbox's timers too. */
const MARGIN_MS = 500;
const PING_MS = 250;
/** The launcher tells why it kills the sandbox before it does so; on a busy machine the word may be overtaken. */
const CAUSE_WAIT_MS = 3000;
/** A replaced process takes its time to start; where nothing replaces processes, one that is not there is not coming. */
const ABSENT_MS = 2000;
const REPLACED_MS = 20_000;
const POLL_MS = 100;
const GATE_MS = 20_000;

type RunnerWorld = CapabilityWorld & Pick<World, "pulledData">;
/** How one attempt ended: an answer of the sandbox, or no answer and what is known about why. */
type Attempt = RunReply | { readonly lost: "never_started" | "hung" | "slow" | "hang" | "memory" | "crash" };

/** One per isolate, as {@link Flight} says. */
const flight = createFlight(() => Date.now());

/**
 * Plugins run in the sandbox Worker behind a service binding. Only a rejection proves that the infrastructure failed:
 * plugin errors come back as an envelope, whatever they say.
 */
export function createPluginRunner(world: RunnerWorld, sandbox: Runner, incidents: IncidentLog | null): PluginRunner {
  const gate = createIsolateGate();
  return {
    run: (job, call, authority, mayGoOn) =>
      gate(job.activationId, () => runOnce(world, sandbox, incidents, job, call, authority, mayGoOn)),
  };
}

async function runOnce(
  world: RunnerWorld,
  sandbox: Runner,
  incidents: IncidentLog | null,
  plain: Job,
  call: Call,
  authority: Authority,
  mayGoOn: (() => Promise<boolean>) | undefined,
): Promise<RunReply> {
  const job = await withInjected(world, plain, authority);
  let hadCompany = false;
  const attempt = async (): Promise<Attempt> => {
    const startedAt = world.clock.now();
    const session = new RunSession(
      worldOf(world, job, authority),
      job,
      authority,
      startedAt + job.limits.wallMs + MARGIN_MS,
      mayGoOn,
    );
    hadCompany = flight.others(job.executionId) > 0;
    try {
      return await callSandbox(world, sandbox, incidents, job, call, session, startedAt);
    } finally {
      hadCompany ||= flight.others(job.executionId) > 0;
      RunSession.close(session);
    }
  };
  await waitWhileDown(world, incidents);
  const first = await flight.together(job.executionId, attempt);
  if (!("lost" in first)) return first;
  const isOwnFault = first.lost === "slow" || (isFault(first.lost) && !hadCompany);
  if (isOwnFault || !job.idempotent) return named(first.lost, hadCompany);
  // Waited for in turn: the suspect before this one may have taken the sandbox down again.
  const second = await flight.alone(job.executionId, async () => {
    await waitWhileDown(world, incidents);
    return attempt();
  });
  if (!("lost" in second)) return second;
  return second.lost === "crash" ? failed("plugin_crashed") : named(second.lost, hadCompany);
}

/** What a run acts on: the storage it shares with earlier installations on its device, the instance or its snapshot. */
function worldOf(world: RunnerWorld, job: Job, { storageId, snapshot }: Authority): RunnerWorld {
  return {
    ...world,
    pluginStorage: { of: () => world.pluginStorage.of(storageId) },
    hostData: snapshot === null ? world.hostData : world.pulledData.of(job.executionId, job.activationId, snapshot),
  };
}

async function callSandbox(
  world: RunnerWorld,
  sandbox: Runner,
  incidents: IncidentLog | null,
  job: Job,
  call: Call,
  session: RunSession,
  startedAt: number,
): Promise<Attempt> {
  const first = await once(sandbox, incidents, job, call, session, undefined, startedAt);
  if ("lost" in first || first.ok || first.error.code !== "need_module") return first;
  const bytes = await world.bundles.get("module", job.moduleSha256);
  if (bytes === null) return failed("plugin_invalid", "The module is not in the store");
  return once(sandbox, incidents, job, call, session, new TextDecoder().decode(bytes), startedAt);
}

async function once(
  sandbox: Runner,
  incidents: IncidentLog | null,
  job: Job,
  call: Call,
  session: RunSession,
  module: string | undefined,
  startedAt: number,
): Promise<Attempt> {
  for (let tries = 1; ; tries++) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reply = sandbox.run(job, call, session, module);
    const deadline = new Promise<typeof LATE>((resolve) => {
      timer = setTimeout(() => resolve(LATE), job.limits.wallMs + MARGIN_MS);
    });
    try {
      const answer = await Promise.race([reply, deadline]);
      if (answer === LATE) {
        void Promise.resolve(reply).catch(() => {});
        if (await isAlive(sandbox)) return { lost: "slow" };
        if (incidents !== null) await untilBack(sandbox);
        return { lost: "hung" };
      }
      return answer as RunReply;
    } catch (error) {
      const text = String(error instanceof Error ? error.message : error);
      if (!text.includes("Make sure it is running")) return { lost: await causeOf(incidents, startedAt) };
      if (tries * POLL_MS >= (incidents === null ? ABSENT_MS : REPLACED_MS)) return { lost: "never_started" };
      await scheduler.wait(POLL_MS);
    } finally {
      clearTimeout(timer);
    }
  }
}

const LATE = Symbol("late");

async function isAlive(sandbox: Runner): Promise<boolean> {
  const ping = Promise.resolve(sandbox.ping()).then(
    () => true,
    () => false,
  );
  return Promise.race([ping, scheduler.wait(PING_MS).then(() => false)]);
}

/** Whoever runs next must not meet the process that this call has stopped: the launcher is about to replace it. */
async function untilBack(sandbox: Runner): Promise<void> {
  for (let waited = 0; waited < GATE_MS && !(await isAlive(sandbox)); waited += POLL_MS + PING_MS)
    await scheduler.wait(POLL_MS);
}

async function causeOf(incidents: IncidentLog | null, startedAt: number): Promise<"hang" | "memory" | "crash"> {
  for (let waited = 0; incidents !== null; waited += POLL_MS) {
    const cause = incidents.causeSince(startedAt);
    if (cause === "memory") return "memory";
    if (cause === "hang" || cause === "boot_timeout") return "hang";
    if (cause === "crash" || waited >= CAUSE_WAIT_MS) break;
    await scheduler.wait(POLL_MS);
  }
  return "crash";
}

/** No new call while the sandbox is known to be down: late arrivals would be blamed for a hang they did not make. */
async function waitWhileDown(world: RunnerWorld, incidents: IncidentLog | null): Promise<void> {
  for (let waited = 0; incidents?.isDown(world.clock.now()) && waited < GATE_MS; waited += POLL_MS)
    await scheduler.wait(POLL_MS);
}

type Lost = Extract<Attempt, { lost: string }>["lost"];

/** Lost because of what some plugin did, rather than because the infrastructure failed. */
function isFault(lost: Lost): boolean {
  return lost === "hang" || lost === "hung" || lost === "memory";
}

function named(lost: Lost, isAmbiguous: boolean): RunReply {
  if (lost === "slow") return failed("plugin_timeout", "The plugin did not answer in time");
  if (lost === "crash" || lost === "never_started") return failed("sandbox_crashed", "The sandbox went away");
  if (isAmbiguous) return failed("sandbox_hung", "The sandbox hung while several plugins ran");
  if (lost === "memory") return failed("plugin_memory", "The plugin used up the sandbox's memory");
  return failed("plugin_timeout", "The plugin stopped the sandbox; it was replaced");
}

function failed(code: RunCode, message?: string): RunReply {
  return { ok: false, error: { code, ...(message === undefined ? {} : { message }) } };
}
