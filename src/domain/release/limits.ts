import { DAY, MINUTE } from "../time.ts";

/** Brakes on publishing, per publisher (README, Brakes). Seconds and counts. */
export const VELOCITY_WINDOW_SECONDS = 10 * MINUTE;
export const VELOCITY_RELEASES = 5;
/** An hour brings no more than three times the publisher's busiest hour of the week, and these at least. */
export const HOURLY_RELEASES = 10;
export const PEAK_FACTOR = 3;
export const NEW_PLUGINS_PER_WEEK = 20;
export const WEEK_SECONDS = 7 * DAY;
export const UPLOADS_PER_DAY = 200;
export const PENDING_FIRST_RELEASES = 3;

/** A staged release whose bell was lost is rung again after this long. */
export const STALE_STAGED_SECONDS = MINUTE;
/** A release whose scanner died is scanned again after this long. */
export const STALE_SCANNING_SECONDS = 5 * MINUTE;
