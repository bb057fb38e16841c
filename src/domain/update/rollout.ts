import { sha256 } from "../digest.ts";
import { DAY, HOUR } from "../time.ts";

/** From `after` seconds past the start on, this share of instances is served. */
export interface RolloutStep {
  readonly after: number;
  /** Of 10,000. */
  readonly basisPoints: number;
}

export const ROLLOUT_STATES = ["active", "paused", "halted"] as const;
export type RolloutState = (typeof ROLLOUT_STATES)[number];

/** How a release is served to automatic updates; signed into the index, so that every client computes the same. */
export interface Rollout {
  readonly state: RolloutState;
  /** Unix seconds of the first step; no earlier than the end of the cooldown. */
  readonly startsAt: number;
  /** By `after`, the first at 0. */
  readonly steps: readonly RolloutStep[];
  /** What few installations raise every step to, of 10,000. */
  readonly least: number;
}

export const ALL = 10_000;
/** Automatic updates wait this long after the publication. Seconds. */
export const COOLDOWN = DAY;
/** Operators may lengthen the cooldown of a plugin up to this. Days. */
export const MAX_COOLDOWN_DAYS = 30;
export const DEFAULT_STEPS: readonly RolloutStep[] = [
  { after: 0, basisPoints: 500 },
  { after: 24 * HOUR, basisPoints: 2500 },
  { after: 72 * HOUR, basisPoints: ALL },
];
/** A fix that the desk confirmed waits for no cooldown; a quarter tries it for an hour. */
export const SECURITY_STEPS: readonly RolloutStep[] = [
  { after: 0, basisPoints: 2500 },
  { after: HOUR, basisPoints: ALL },
];
export const MAX_STEPS = 12;
/** As many instances at least try a step, however small the plugin: ⌈ 3 · 10,000 / alive ⌉. */
const LEAST_INSTANCES = 3;

/** What a release without a plan of its own has. */
export function defaultRollout(publishedAt: number): Rollout {
  return { state: "active", startsAt: publishedAt + COOLDOWN, steps: DEFAULT_STEPS, least: 0 };
}

/** The share below which a step would reach nobody (README, Small plugins). */
export function leastBasisPoints(alive: number): number {
  return alive <= LEAST_INSTANCES ? ALL : Math.ceil((LEAST_INSTANCES * ALL) / alive);
}

/** The share served at a time; 0 before the start, while paused and when halted. */
export function basisPointsAt({ state, startsAt, steps, least }: Rollout, now: number): number {
  if (state !== "active") return 0;
  const planned = plannedAt({ startsAt, steps }, now);
  return planned === 0 ? 0 : Math.min(ALL, Math.max(planned, least));
}

/** The next time the share rises; null: never. */
export function nextStepAt({ state, startsAt, steps }: Rollout, now: number): number | null {
  if (state !== "active") return null;
  return steps.map(({ after }) => startsAt + after).find((at) => at > now) ?? null;
}

/** When an instance of this bucket is served; null: by no step of the plan. */
export function servedAt(rollout: Rollout, bucket: number): number | null {
  if (rollout.state !== "active") return null;
  const step = rollout.steps.find(
    ({ basisPoints }) => basisPoints > 0 && bucket < Math.min(ALL, Math.max(basisPoints, rollout.least)),
  );
  return step === undefined ? null : rollout.startsAt + step.after;
}

/** Whether a plan serves more than another at any time. */
export function isFaster(plan: Plan, than: Plan): boolean {
  const times = [
    ...plan.steps.map(({ after }) => plan.startsAt + after),
    ...than.steps.map(({ after }) => than.startsAt + after),
  ];
  return times.some((at) => plannedAt(plan, at) > plannedAt(than, at));
}

/**
 * The place of an instance in the order of one release: the first 8 bytes, big-endian, of SHA-256 over name, version and
 * instance, mod 10,000. Another release has another order, so nobody is always first.
 */
export async function rolloutBucket(name: string, version: string, instanceId: string): Promise<number> {
  const digest = await sha256(`rbsm-rollout/1\n${name}@${version}\n${instanceId}`);
  return Number(new DataView(digest.buffer, digest.byteOffset, 8).getBigUint64(0) % BigInt(ALL));
}

type Plan = Pick<Rollout, "startsAt" | "steps">;

function plannedAt({ startsAt, steps }: Plan, now: number): number {
  return steps.findLast(({ after }) => startsAt + after <= now)?.basisPoints ?? 0;
}
