import type { Rate } from "../../market/execution/capability-ports.ts";

const WINDOW_MS = 60_000;
/** A budget is written down in so many steps, so that a frequent method does not cost a write each time. */
const STEPS = 100;
/** All methods together. */
const ALL = "*";

interface Counter {
  used: number;
  /** Written: what a restarted object must take as used. Never below `used`. */
  reserved: number;
}

/**
 * Calls per minute of one installation, in fixed minutes. Counts are reserved on disk before they are used up, a
 * hundredth of the budget at a time: an object that is evicted and comes back may refuse a little early, never allow more.
 */
export function createRateMeter(sql: SqlStorage) {
  sql.exec(
    "CREATE TABLE IF NOT EXISTS rates (method TEXT PRIMARY KEY, minute INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID",
  );
  let minute = 0;
  const counters = new Map<string, Counter>();

  /** Seconds until the next minute when this one is used up, else null. A refused call is not counted. */
  function spend({ method, perMinute, globalPerMinute }: Rate, now: number): number | null {
    const current = Math.floor(now / WINDOW_MS);
    if (current !== minute) {
      minute = current;
      counters.clear();
    }
    const own = counterOf(method);
    const all = counterOf(ALL);
    if (own.used >= perMinute || all.used >= globalPerMinute)
      return Math.ceil(((current + 1) * WINDOW_MS - now) / 1000);
    count(method, own, perMinute);
    // What is limited by itself alone is no capability call, and takes nothing from their budget.
    if (Number.isSafeInteger(globalPerMinute + 1)) count(ALL, all, globalPerMinute);
    return null;
  }

  function counterOf(method: string): Counter {
    const known = counters.get(method);
    if (known !== undefined) return known;
    const [row] = sql
      .exec<{ used: number }>("SELECT used FROM rates WHERE method = ? AND minute = ?", method, minute)
      .toArray();
    const counter = { used: row?.used ?? 0, reserved: row?.used ?? 0 };
    counters.set(method, counter);
    return counter;
  }

  function count(method: string, counter: Counter, budget: number): void {
    counter.used++;
    if (counter.used <= counter.reserved) return;
    counter.reserved = counter.used - 1 + Math.max(1, Math.floor(budget / STEPS));
    sql.exec(
      `INSERT INTO rates (method, minute, used) VALUES (?1, ?2, ?3)
       ON CONFLICT (method) DO UPDATE SET minute = excluded.minute, used = excluded.used`,
      method,
      minute,
      counter.reserved,
    );
  }

  return { spend };
}
