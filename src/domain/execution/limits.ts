import type { PluginType, Tier } from "../manifest/permissions.ts";
import type { RunLimits } from "./job.ts";

/** What one run of a plugin may use, by the plugin's type. CPU is a share of the wall time. */
const TYPE_LIMITS: Readonly<Record<PluginType, { cpuShare: number; wallMs: number; calls: number }>> = {
  ui: { cpuShare: 0.25, wallMs: 30_000, calls: 1000 },
  api: { cpuShare: 0.5, wallMs: 30_000, calls: 5000 },
  automation: { cpuShare: 0.75, wallMs: 60_000, calls: 1000 },
  mixed: { cpuShare: 0.5, wallMs: 30_000, calls: 2500 },
};

/** Events and life-cycle hooks, whatever the type. */
export const HOOK_WALL_MS = 5000;
export const MAX_OUTPUT_BYTES = 262_144;
/** Levels of an answer, counted with its envelope. */
export const MAX_ANSWER_DEPTH = 64;
export const MAX_LOG_BYTES = 16_384;
/** One capability call: its arguments, and its answer. */
export const MAX_CALL_BYTES = 262_144;
/** Requests of an isolate beyond its capability calls: egress and redirects answered by the plugin itself. */
const SPARE_SUBREQUESTS = 50;

/** What one installation may use in one minute, by the license bought: capability calls of all methods, requests that leave. */
export const TIER_LIMITS: Readonly<
  Record<Tier, { readonly callsPerMinute: number; readonly egressPerMinute: number }>
> = {
  free: { callsPerMinute: 1000, egressPerMinute: 100 },
  trial: { callsPerMinute: 1000, egressPerMinute: 100 },
  basic: { callsPerMinute: 10_000, egressPerMinute: 600 },
  premium: { callsPerMinute: 10_000, egressPerMinute: 600 },
  enterprise: { callsPerMinute: 100_000, egressPerMinute: 3000 },
};

/** Events and schedules of one installation that begin in one minute; the others wait for the next. */
export const RUNS_PER_MINUTE = 100;
/** Events of one instance in one minute; more are refused. */
export const EVENTS_PER_MINUTE = 10 * RUNS_PER_MINUTE;

/** Plugin events that may follow from one another. */
export const MAX_EVENT_DEPTH = 4;

/** The most any run of this type may use: fixed for the life of an isolate. */
export function typeLimits(type: PluginType): { readonly cpuMs: number; readonly subRequests: number } {
  const { cpuShare, wallMs, calls } = TYPE_LIMITS[type];
  return { cpuMs: wallMs * cpuShare, subRequests: calls + SPARE_SUBREQUESTS };
}

/**
 * The limits of one run. `declaredMs` is the time-out of the manifest for this event or schedule; without one, events
 * and hooks get 5 seconds and routes the type's wall time.
 */
export function runLimits(
  type: PluginType,
  kind: "event" | "lifecycle" | "route" | "schedule",
  declaredMs?: number,
): RunLimits {
  const { cpuShare, wallMs, calls } = TYPE_LIMITS[type];
  const own = kind === "event" || kind === "lifecycle" ? HOOK_WALL_MS : wallMs;
  const wall = Math.min(declaredMs ?? own, wallMs);
  return {
    wallMs: wall,
    cpuMs: Math.ceil(wall * cpuShare),
    subRequests: calls + SPARE_SUBREQUESTS,
    calls,
    outputBytes: MAX_OUTPUT_BYTES,
    logBytes: MAX_LOG_BYTES,
  };
}
