import {
  eventJob,
  type Installation,
  jobOf,
  judgeEvent,
  judgeHook,
  judgeInstallation,
  type SkipReason,
} from "../../domain/execution/installation.ts";
import type { Call, Job } from "../../domain/execution/job.ts";
import { RUNS_PER_MINUTE } from "../../domain/execution/limits.ts";
import { NO_FAULT, retryDelay } from "../../domain/execution/retry.ts";
import { callOfName } from "../../domain/execution/run-names.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { authorityOf } from "./authority.ts";
import { bringSettings, type SettingsWorld } from "./bring-settings.ts";
import type { ClaimedExecution, ExecutionEnd } from "./ports.ts";

export type DeliveryWorld = SettingsWorld &
  Pick<World, "executions" | "runs" | "health" | "executionBell" | "runner" | "pluginStorage" | "clock">;

/**
 * Runs one queued delivery: takes it by a guarded write, judges installation, grant, license and blocks again – they may
 * have changed since – runs the plugin and writes how it ended, or when it is tried again. Then the run that waited behind
 * it is rung for. Answers false when somebody else has it, it waits for an earlier one or the next minute, or it ended.
 */
export async function deliverExecution(world: DeliveryWorld, executionId: string): Promise<boolean> {
  const claimed = await world.executions.claim(executionId, unixSeconds(world.clock.now()));
  if (claimed === null) return false;
  const end = await runClaimed(world, claimed);
  if ("retryAfter" in end) {
    if (await world.runs.postpone(claimed, unixSeconds(world.clock.now()) + end.retryAfter))
      await ringSoftly(world, [claimed.id], end.retryAfter);
    return false;
  }
  return endExecution(world, claimed, end);
}

/** Writes an end once: a failure that may pass waits for its next try, everything else is counted and final. */
export async function endExecution(
  world: Pick<DeliveryWorld, "executions" | "runs" | "health" | "executionBell" | "clock">,
  claimed: ClaimedExecution,
  end: ExecutionEnd,
): Promise<boolean> {
  const now = unixSeconds(world.clock.now());
  const delay = claimed.kind === "route" ? null : retryDelay(end, claimed.tries);
  if (delay !== null) {
    const isWaiting = await world.runs.retry(claimed, end, now + delay);
    if (isWaiting) await ringSoftly(world, [claimed.id], delay);
    return isWaiting;
  }
  const isWritten = await world.executions.finish(claimed, end, now);
  if (!isWritten) return false;
  const hasFailed = !NO_FAULT.includes(end.outcome);
  if (hasFailed || (claimed.isAfterFailure && end.outcome === "ok"))
    await world.health.note(claimed.activationId, hasFailed, now);
  const next = await world.runs.nextInOrder(claimed);
  if (next !== null) await ringSoftly(world, [next]);
  return true;
}

const RUNS = { method: "run", perMinute: RUNS_PER_MINUTE, globalPerMinute: Number.MAX_SAFE_INTEGER } as const;

/** The rows are the work: a bell that cannot ring is rung again by the sweep. */
export async function ringSoftly(
  world: Pick<World, "executionBell">,
  executionIds: readonly string[],
  delaySeconds = 0,
): Promise<void> {
  if (executionIds.length === 0) return;
  await world.executionBell.ring(executionIds, delaySeconds).catch(() => {});
}

/** How it ended; or, where the installation's minute is used up, the seconds to wait. Being told of its own life is free. */
async function runClaimed(
  world: DeliveryWorld,
  claimed: ClaimedExecution,
): Promise<ExecutionEnd | { readonly retryAfter: number }> {
  const call = callOf(claimed);
  if (call === null) return { outcome: "skipped", message: "event_erased" };
  const installation = await world.executions.installation(claimed.activationId);
  if (installation === null) return { outcome: "skipped", message: "installation_released" };
  const judge = judgeOf(call);
  const refusal = judge(installation, unixSeconds(world.clock.now()));
  if (refusal !== null) return { outcome: "skipped", message: refusal, version: installation.version };
  const retryAfter =
    call.kind === "lifecycle" ? null : await world.pluginStorage.of(installation.activationId).spend(RUNS);
  if (retryAfter !== null) return { retryAfter };
  const current = await bringSettings(world, installation);
  return runJudged(world, current, jobFor(current, claimed.id, call), call, judge);
}

/** Runs a judged call, and looks again while it lasts whether it may go on. */
export async function runJudged(
  world: Pick<World, "executions" | "runner" | "clock">,
  installation: Installation,
  job: Job,
  call: Call,
  judge: (installation: Installation, now: number) => SkipReason | null,
): Promise<ExecutionEnd & { readonly value?: unknown }> {
  const event = call.kind === "event" ? call.event : undefined;
  const authority = authorityOf(installation, event?.depth ?? 0, event?.snapshot);
  const mayGoOn = async (): Promise<boolean> => {
    const current = await world.executions.installation(installation.activationId);
    return current !== null && judge(current, unixSeconds(world.clock.now())) === null;
  };
  const startedAt = world.clock.now();
  const reply = await world.runner.run(job, call, authority, mayGoOn);
  const durationMs = world.clock.now() - startedAt;
  const about = {
    version: installation.version,
    durationMs,
    ...(reply.report === undefined ? {} : { report: reply.report }),
  };
  if (reply.ok) return { outcome: "ok", ...about, value: reply.value };
  const { code, message, isTransient } = reply.error;
  // Asking for the module is answered inside the runner; a second time means the store lost it.
  const outcome = code === "need_module" ? "plugin_invalid" : code;
  return {
    outcome,
    ...(message === undefined ? {} : { message }),
    ...(isTransient === true ? { isTransient } : {}),
    ...about,
  };
}

type QueuedCall = Exclude<Call, { kind: "route" }>;

function callOf({ kind, envelope, eventId }: ClaimedExecution): QueuedCall | null {
  if (kind === "event") return envelope === null ? null : { kind, event: envelope };
  return eventId === null ? null : callOfName(eventId);
}

function judgeOf(call: QueuedCall): (installation: Installation, now: number) => SkipReason | null {
  switch (call.kind) {
    case "event":
      return (installation, now) => judgeEvent(installation, call.event.event, call.event.entity, now);
    case "lifecycle":
      return (installation, now) => judgeHook(installation, call.hook, now);
    case "schedule":
      return (installation, now) =>
        judgeInstallation(installation, now) ??
        (installation.release?.schedules.some(({ id }) => id === call.id) ? null : "schedule_not_declared");
  }
}

function jobFor(installation: Installation, executionId: string, call: QueuedCall): Job {
  if (call.kind === "event") return eventJob(installation, executionId, call.event.event);
  const schedule =
    call.kind === "schedule" ? installation.release?.schedules.find(({ id }) => id === call.id) : undefined;
  // Hooks and schedules are queued like events: at least once.
  return jobOf(installation, executionId, call.kind, { isIdempotent: true, timeoutMs: schedule?.timeoutMs });
}
