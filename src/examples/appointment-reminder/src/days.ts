const DAY_MS = 86_400_000;

/** `YYYY-MM-DD` of an instant (Unix milliseconds) in an IANA zone. */
export function dayIn(timeZone: string, now: number): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const part = Object.fromEntries(parts.formatToParts(now).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}`;
}

/** The day after `YYYY-MM-DD`, by the calendar: days with a clock change have 23 or 25 hours. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
}

/** `YYYY-MM-DD` as people write it in Austria and Germany. */
export function written(day: string): string {
  return day.split("-").reverse().join(".");
}
