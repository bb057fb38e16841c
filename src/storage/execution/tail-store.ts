import type { EndedRun, OutcomeCount, TailOf, TailStore } from "../../market/execution/pull-ports.ts";

interface EndedRow {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly name: string | null;
  readonly version: string;
  readonly outcome: string;
  readonly attempt: number;
  readonly message: string | null;
  readonly duration_ms: number | null;
  readonly calls: string;
  readonly denied: string;
  readonly logs: string;
  readonly finished_at: number;
}

export function createTailStore(db: D1Database): TailStore {
  return {
    async after(of, seq, limit) {
      const [column, value] = subject(of);
      const { results } = await db
        .prepare(
          `SELECT end_seq AS seq, id, kind, event_name AS name, version, outcome, attempt, message, duration_ms, calls, denied, logs, finished_at
           FROM executions WHERE ${column} = ?1 AND end_seq > ?2 ORDER BY end_seq LIMIT ?3`,
        )
        .bind(value, seq, limit)
        .all<EndedRow>();
      return results.map(endedRun);
    },

    async newest(of) {
      const [column, value] = subject(of);
      const row = await db
        .prepare(`SELECT COALESCE(MAX(end_seq), 0) AS seq FROM executions WHERE ${column} = ?1 AND end_seq IS NOT NULL`)
        .bind(value)
        .first<{ seq: number }>();
      return row?.seq ?? 0;
    },

    async outcomes(of, since) {
      const [column, value] = subject(of);
      const { results } = await db
        .prepare(
          `SELECT day, version, kind, outcome, SUM(runs) AS runs, COUNT(DISTINCT activation_id) AS installations,
             SUM(total_ms) AS totalMs, MAX(max_ms) AS maxMs
           FROM (SELECT activation_id, date(finished_at, 'unixepoch') AS day, version, kind, outcome, 1 AS runs,
               COALESCE(duration_ms, 0) AS total_ms, COALESCE(duration_ms, 0) AS max_ms
             FROM executions WHERE ${column} = ?1 AND end_seq IS NOT NULL AND finished_at >= ?2
             UNION ALL
             SELECT activation_id, day, version, kind, outcome, runs, total_ms, max_ms
             FROM execution_counts WHERE ${column} = ?1 AND day >= date(CAST(?2 AS INTEGER), 'unixepoch'))
           GROUP BY day, version, kind, outcome ORDER BY day DESC, version, kind, outcome LIMIT 1000`,
        )
        .bind(value, since)
        .all<OutcomeCount>();
      return results;
    },
  };
}

function subject(of: TailOf): readonly [string, string | number] {
  return "activationId" in of ? ["activation_id", of.activationId] : ["plugin_id", Number(of.pluginId)];
}

/** Columns of JSON were written by us from checked values. */
function endedRun({ duration_ms, finished_at, calls, denied, logs, ...row }: EndedRow): EndedRun {
  return {
    ...row,
    durationMs: duration_ms,
    finishedAt: finished_at,
    calls: JSON.parse(calls) as EndedRun["calls"],
    denied: JSON.parse(denied) as EndedRun["denied"],
    logs: JSON.parse(logs) as EndedRun["logs"],
  };
}
