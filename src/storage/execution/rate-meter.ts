import type { Rate } from "../../market/execution/ports.ts";

const WINDOW_MS = 60_000;
/** Counters below this are worth a write each, so that an evicted object still remembers them. */
const WRITTEN_BELOW = 101;

/** Calls per minute of one installation, in fixed minutes. Rare methods are counted on disk, frequent ones in memory. */
export function createRateMeter(sql: SqlStorage) {
  sql.exec(
    "CREATE TABLE IF NOT EXISTS rates (method TEXT PRIMARY KEY, minute INTEGER NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID",
  );
  let minute = 0;
  let total = 0;
  const used = new Map<string, number>();

  /** Seconds until the next minute when this one is used up, else null. A refused call is not counted. */
  function spend({ method, perMinute, globalPerMinute }: Rate, now: number): number | null {
    const current = Math.floor(now / WINDOW_MS);
    if (current !== minute) {
      minute = current;
      total = 0;
      used.clear();
    }
    const before = used.get(method) ?? (perMinute < WRITTEN_BELOW ? remembered(method) : 0);
    if (before >= perMinute || total >= globalPerMinute) return Math.ceil(((current + 1) * WINDOW_MS - now) / 1000);
    total++;
    used.set(method, before + 1);
    if (perMinute < WRITTEN_BELOW)
      sql.exec(
        `INSERT INTO rates (method, minute, used) VALUES (?1, ?2, ?3)
         ON CONFLICT (method) DO UPDATE SET minute = excluded.minute, used = excluded.used`,
        method,
        current,
        before + 1,
      );
    return null;
  }

  function remembered(method: string): number {
    const [row] = sql
      .exec<{ used: number }>("SELECT used FROM rates WHERE method = ? AND minute = ?", method, minute)
      .toArray();
    return row?.used ?? 0;
  }

  return { spend };
}
