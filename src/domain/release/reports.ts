import { DAY, HOUR } from "../time.ts";

/** What people may report about a plugin (README, Reports). */
export const REPORT_KINDS = ["malware", "privacy", "impersonation", "broken", "license", "illegal", "other"] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export const REPORT_STATES = ["open", "triaged", "acted", "dismissed"] as const;
export type ReportState = (typeof REPORT_STATES)[number];

/** Reports of one reporter in a day; all after them are refused. */
export const REPORTS_PER_DAY = 5;
/** So many malware reports by different people within this time put the plugin on hold until it was looked at. */
export const QUARANTINE_REPORTS = 3;
export const QUARANTINE_WINDOW_SECONDS = HOUR;
/** How long a report tells one reporter from another; then that is erased. */
export const REPORTER_LIFE_SECONDS = 7 * DAY;

/** When somebody must have looked at a report for the first time. `now` and the answer in Unix seconds. */
export function firstLookDue(kind: ReportKind, now: number): number {
  return kind === "malware" ? now + DAY : afterWorkingDays(now, 5);
}

/** The same time of day so many Mondays to Fridays later. Unix seconds, UTC. */
export function afterWorkingDays(now: number, days: number): number {
  let at = now;
  for (let left = days; left > 0; ) {
    at += DAY;
    const weekday = new Date(at * 1000).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left--;
  }
  return at;
}
