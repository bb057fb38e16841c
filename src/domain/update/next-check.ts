import { sha256 } from "../digest.ts";
import { HOUR, MINUTE } from "../time.ts";
import type { Hold } from "./decide.ts";

const USUAL = HOUR;
const JITTER = 15 * MINUTE;
const SOONEST = 5 * MINUTE;

/**
 * Seconds until an instance should ask again: an hour and a part of a quarter that is its own, or earlier where something
 * that waits becomes free before.
 */
export async function nextCheckAfter(instanceId: string, held: readonly Hold[], now: number): Promise<number> {
  const [a = 0, b = 0] = await sha256(`rbsm-next-check/1\n${instanceId}\n${Math.floor(now / HOUR)}`);
  const jitter = (a * 256 + b) % JITTER;
  const usual = USUAL + jitter;
  const free = held.flatMap(({ until }) => (until === null ? [] : [until - now + (jitter % MINUTE)]));
  return Math.max(SOONEST, Math.min(usual, ...free));
}
