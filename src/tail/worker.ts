import { type Alarm, alarmsOf, type Trace } from "../domain/operations/read-trace.ts";

/** Bindings of the tail Worker; the same list as its wrangler.toml. */
interface TailEnv {
  /** Counts of alarms by Worker and kind; absent locally. */
  readonly ALARMS?: { writeDataPoint(point: { blobs: string[]; doubles: number[]; indexes: string[] }): void };
  /** Secret. Takes `POST {alarms}`: a chat or pager of whoever runs the marketplace. Unset: nobody is called. */
  readonly ALARM_URL?: string;
}

/** Alarms in one call; more of them say nothing new. */
const MAX_TOLD = 20;
/** An isolate calls somebody at most this often. */
const QUIET_MS = 60_000;
let calledAt = Number.NEGATIVE_INFINITY;

/** Hears how every invocation of the other Workers ended: counts what went wrong, and tells somebody. Holds nothing of value. */
export default {
  async tail(events: readonly Trace[], env: TailEnv): Promise<void> {
    const alarms = alarmsOf(events);
    for (const { worker, what } of alarms)
      env.ALARMS?.writeDataPoint({ blobs: [worker, what], doubles: [1], indexes: [worker] });
    if (alarms.length === 0 || !env.ALARM_URL || Date.now() - calledAt < QUIET_MS) return;
    calledAt = Date.now();
    await tell(env.ALARM_URL, alarms);
  },
};

async function tell(url: string, alarms: readonly Alarm[]): Promise<void> {
  const body = JSON.stringify({ count: alarms.length, alarms: alarms.slice(0, MAX_TOLD) });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual" });
  await answer.body?.cancel();
}
