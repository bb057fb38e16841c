import { DAY } from "../time.ts";

/** Every day from one to another, both included, as `YYYY-MM-DD`; null where one is no day or the order is wrong. */
export function daysBetween(from: string, to: string): readonly string[] | null {
  const first = dayNumber(from);
  const last = dayNumber(to);
  if (first === null || last === null || last < first) return null;
  return Array.from({ length: last - first + 1 }, (_, at) => dayOf(first + at));
}

/** Days since 1970; null for what is no day of the calendar. */
export function dayNumber(day: string): number | null {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(day)) return null;
  const time = Date.parse(`${day}T00:00:00Z`);
  // February 30th would become a day of March.
  return Number.isNaN(time) || dayOf(time / 1000 / DAY) !== day ? null : time / 1000 / DAY;
}

/** `YYYY-MM-DD` of a day since 1970. */
export function dayOf(number: number): string {
  return new Date(number * DAY * 1000).toISOString().slice(0, 10);
}
