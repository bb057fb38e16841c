import { Cron } from "croner";
import { MINUTE } from "../time.ts";

/** A schedule as the manifest declares it. */
export interface Schedule {
  readonly id: string;
  /** Five fields. */
  readonly cron: string;
  /** IANA. */
  readonly timezone: string;
  readonly missed: "skip" | "once";
  readonly timeoutMs: number;
}

/** What a manifest leaves out. */
const DEFAULTS = { id: "", cron: "", timezone: "UTC", missed: "skip", timeoutMs: 30_000 } as const satisfies Schedule;

export function wholeSchedule(declared: Partial<Schedule>): Schedule {
  return { ...DEFAULTS, ...declared };
}

/** All times are Unix seconds. */
export interface Slot {
  /** What the cron expression names. */
  readonly slotAt: number;
  /** The same, moved by the installation's jitter. */
  readonly dueAt: number;
}

/** Installations with the same schedule are spread over this many seconds; well below the five minutes between two runs. */
export const MAX_JITTER_SECONDS = 120;
/** A slot found later than this was missed. */
export const MISSED_AFTER_SECONDS = 10 * MINUTE;
/** How far back a missed slot is looked for. */
const LOOK_BACK_RUNS = 1;

/**
 * The first slot after `after` that is due for this installation. The wall clock of the zone counts: a time that a change
 * of the clock leaves out is moved behind the gap, one that comes twice is named once. Null: the expression names no time.
 */
export function nextSlot(schedule: Schedule, activationId: string, after: number): Slot | null {
  const slot = cronOf(schedule).nextRun(new Date(after * 1000));
  return slot === null ? null : slotOf(schedule, activationId, slot);
}

/** What a sweep that finds a due slot at `now` does: which slot runs, if one does, and which is the next. */
export function takeSlot(
  schedule: Schedule,
  activationId: string,
  due: Slot,
  now: number,
): { readonly run: number | null; readonly isCatchUp: boolean; readonly next: Slot | null } {
  const isMissed = now - due.dueAt > MISSED_AFTER_SECONDS;
  const next = nextSlot(schedule, activationId, isMissed ? now : due.slotAt);
  if (!isMissed) return { run: due.slotAt, isCatchUp: false, next };
  if (schedule.missed === "skip") return { run: null, isCatchUp: false, next };
  // However long the outage was, only its newest slot is made up.
  const [newest] = cronOf(schedule).previousRuns(LOOK_BACK_RUNS, new Date((now + 1) * 1000));
  const newestAt = newest === undefined ? due.slotAt : Math.floor(newest.getTime() / 1000);
  return { run: Math.max(newestAt, due.slotAt), isCatchUp: true, next };
}

/** The same installation and schedule always wait the same number of seconds. */
export function jitterSeconds(activationId: string, scheduleId: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${activationId}/${scheduleId}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193) >>> 0;
  return hash % MAX_JITTER_SECONDS;
}

function cronOf({ cron, timezone }: Schedule): Cron {
  return new Cron(cron, { timezone, paused: true });
}

function slotOf({ id }: Schedule, activationId: string, slot: Date): Slot {
  const slotAt = Math.floor(slot.getTime() / 1000);
  return { slotAt, dueAt: slotAt + jitterSeconds(activationId, id) };
}
