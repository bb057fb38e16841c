const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const LONG_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

const TIME = "([0-2][0-9]):([0-5][0-9]):([0-5][0-9]|60)";
/** `Sun, 06 Nov 1994 08:49:37 GMT` */
const FIXED = new RegExp(`^(${DAYS.join("|")}), ([0-9]{2}) (${MONTHS.join("|")}) ([0-9]{4}) ${TIME} GMT$`);
/** `Sunday, 06-Nov-94 08:49:37 GMT` */
const RFC_850 = new RegExp(`^(${LONG_DAYS.join("|")}), ([0-9]{2})-(${MONTHS.join("|")})-([0-9]{2}) ${TIME} GMT$`);
/** `Sun Nov  6 08:49:37 1994` */
const ASCTIME = new RegExp(`^(${DAYS.join("|")}) (${MONTHS.join("|")}) ([0-9]{2}| [0-9]) ${TIME} ([0-9]{4})$`);

/**
 * Unix seconds of an HTTP-date in any of its three forms (RFC 9110 §5.6.7), or null: not of these forms, no such day, or a
 * day of the week that it was not. `now` (Unix seconds) settles years of two digits: at most 50 years ahead.
 */
export function parseHttpDate(text: string, now: number): number | null {
  const fixed = FIXED.exec(text);
  if (fixed !== null) {
    const [, day = "", date = "", month = "", year = "", ...time] = fixed;
    return secondsOf(DAYS.indexOf(day as (typeof DAYS)[number]), Number(year), month, date, time);
  }
  const old = RFC_850.exec(text);
  if (old !== null) {
    const [, day = "", date = "", month = "", year = "", ...time] = old;
    const weekday = LONG_DAYS.indexOf(day as (typeof LONG_DAYS)[number]);
    return secondsOf(weekday, fullYear(Number(year), now), month, date, time);
  }
  const plain = ASCTIME.exec(text);
  if (plain === null) return null;
  const [, day = "", month = "", date = "", hour = "", minute = "", second = "", year = ""] = plain;
  return secondsOf(DAYS.indexOf(day as (typeof DAYS)[number]), Number(year), month, date, [hour, minute, second]);
}

/** The form to send: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function renderHttpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString();
}

function fullYear(twoDigits: number, now: number): number {
  const thisYear = new Date(now * 1000).getUTCFullYear();
  const sameCentury = thisYear - (thisYear % 100) + twoDigits;
  return sameCentury > thisYear + 50 ? sameCentury - 100 : sameCentury;
}

function secondsOf(weekday: number, year: number, month: string, date: string, time: readonly string[]): number | null {
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  if (hour > 23) return null;
  const at = new Date(0);
  const monthIndex = MONTHS.indexOf(month as (typeof MONTHS)[number]);
  // A leap second is the second before the next minute begins; no clock here has one.
  at.setUTCFullYear(year, monthIndex, Number(date));
  at.setUTCHours(hour, minute, Math.min(second, 59));
  const isReal = at.getUTCMonth() === monthIndex && at.getUTCDate() === Number(date) && at.getUTCDay() === weekday;
  return isReal ? at.getTime() / 1000 : null;
}
