import { DAY, HOUR, MINUTE } from "../time.ts";

/** What the marketplace is made of, in the order in which it is shown. */
export const PARTS = ["database", "bundles", "keys", "sandbox", "sweep", "queues", "updates"] as const;
export type Part = (typeof PARTS)[number];

/** `off`: deliberately not in use, which is fine. */
export type PartState = "ok" | "degraded" | "down" | "off";

export interface PartStatus {
  readonly part: Part;
  readonly state: PartState;
  /** How long it took to look. */
  readonly ms?: number;
  readonly detail: string;
}

/** What waits for a queue or a sweep: how many, and since when the oldest (Unix seconds; null when nothing waits). */
export interface Waiting {
  readonly count: number;
  readonly oldestAt: number | null;
}

/** Kinds of work that wait in rows. */
export const BACKLOGS = ["releases", "executions", "webhooks", "mails"] as const;
export type BacklogName = (typeof BACKLOGS)[number];
export type Backlog = Readonly<Record<BacklogName, Waiting>>;

/** Without these nothing is answered rightly; the others degrade. */
const VITAL: readonly Part[] = ["database", "bundles", "keys"];

/** The sweep runs every minute; after this many seconds somebody should look. */
export const SWEEP_LATE = 5 * MINUTE;
/** A queue that works takes seconds. */
const QUEUE_LATE: Backlog = {
  releases: { count: 0, oldestAt: 30 * MINUTE },
  executions: { count: 0, oldestAt: 15 * MINUTE },
  webhooks: { count: 0, oldestAt: 2 * DAY },
  mails: { count: 0, oldestAt: HOUR },
};
/** Timestamps are signed anew every hour and last a day: one that ends within this time was not. */
const TIMESTAMP_LATE = 12 * HOUR;

/** `down` when something vital is, `degraded` when anything is not right. */
export function judgeStatus(parts: readonly PartStatus[]): "ok" | "degraded" | "down" {
  if (parts.some(({ part, state }) => state === "down" && VITAL.includes(part))) return "down";
  return parts.some(({ state }) => state === "down" || state === "degraded") ? "degraded" : "ok";
}

/** `lastAt`: Unix seconds of the sweep's last end; null: it never ran. */
export function judgeSweep(lastAt: number | null, now: number): PartStatus {
  if (lastAt === null) return { part: "sweep", state: "degraded", detail: "never ran" };
  const age = now - lastAt;
  return { part: "sweep", state: age > SWEEP_LATE ? "degraded" : "ok", detail: `ended ${age} s ago` };
}

export function judgeQueues(backlog: Backlog, now: number): PartStatus {
  const late = BACKLOGS.filter((name) => {
    const { oldestAt } = backlog[name];
    return oldestAt !== null && now - oldestAt > (QUEUE_LATE[name].oldestAt ?? 0);
  });
  if (late.length > 0) return { part: "queues", state: "degraded", detail: `waiting too long: ${late.join(", ")}` };
  const total = BACKLOGS.reduce((sum, name) => sum + backlog[name].count, 0);
  return { part: "queues", state: "ok", detail: `${total} waiting` };
}

/** `endsAt`: Unix seconds of the published timestamp's end; null: the update repository was never founded. */
export function judgeUpdates(endsAt: number | null, now: number): PartStatus {
  if (endsAt === null) return { part: "updates", state: "off", detail: "no root yet" };
  const left = endsAt - now;
  if (left <= 0) return { part: "updates", state: "down", detail: "the timestamp has ended: clients refuse to update" };
  return {
    part: "updates",
    state: left < TIMESTAMP_LATE ? "degraded" : "ok",
    detail: `the timestamp lasts ${Math.floor(left / MINUTE)} min`,
  };
}
