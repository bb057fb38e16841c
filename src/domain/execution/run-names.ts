import type { Call, Hook } from "./job.ts";
import { HOOKS } from "./job.ts";

/**
 * Runs that no instance asked for are queued like events and named by what made them, so that the same cause never makes
 * two. The sign in front cannot stand in an event id of an instance.
 */
export const OWN_RUN = "~";

export function hookRunName(hook: Hook, rev: number, from?: string): string {
  return `${OWN_RUN}lifecycle:${hook}:${rev}${from === undefined ? "" : `:${from}`}`;
}

export function scheduleRunName(scheduleId: string, slotAt: number): string {
  return `${OWN_RUN}schedule:${scheduleId}:${slotAt}`;
}

/** The call that a name stands for; null = not one of these names. */
export function callOfName(name: string): Extract<Call, { kind: "lifecycle" | "schedule" }> | null {
  const [kind, what = "", number = "", ...rest] = name.split(":");
  if (kind === `${OWN_RUN}schedule`)
    return { kind: "schedule", id: what, at: new Date(Number(number) * 1000).toISOString() };
  const hook = HOOKS.find((known) => known === what);
  if (kind !== `${OWN_RUN}lifecycle` || hook === undefined) return null;
  const from = rest.join(":");
  return { kind: "lifecycle", hook, ...(from === "" ? {} : { from }) };
}
