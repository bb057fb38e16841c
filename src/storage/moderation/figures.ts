import type { MonthFigures } from "../../market/moderation/ports.ts";

const MONTH = (column: string) => `strftime('%Y-%m', ${column}, 'unixepoch')`;

interface Counted {
  readonly month: string;
  readonly word: string;
  readonly n: number;
}

/** What the transparency page shows, newest month first: counts, and nothing about anybody. */
export async function readFigures(db: D1Database, months: number, at: number): Promise<readonly MonthFigures[]> {
  const names = lastMonths(months, at);
  const since = Date.parse(`${names.at(-1)}-01T00:00:00Z`) / 1000;
  const [moves, rules, waits, appeals, blocks, reports] = await db.batch<Record<string, never>>([
    db
      .prepare(
        `SELECT ${MONTH("at")} AS month, iif(action = 'release.published' AND actor_kind = 'system', 'by_rules', action) AS word,
           count(*) AS n FROM audit WHERE subject_kind = 'release' AND at >= ?
           AND action IN ('release.staged', 'release.published', 'release.rejected') GROUP BY 1, 2`,
      )
      .bind(since),
    db
      .prepare(
        `SELECT ${MONTH("c.at")} AS month, json_extract(f.value, '$.rule') AS word, count(DISTINCT c.release_id) AS n
         FROM release_checks c JOIN releases r ON r.id = c.release_id AND r.state = 'rejected', json_each(c.findings) f
         WHERE c.result = 'dirty' AND c.at >= ? GROUP BY 1, 2`,
      )
      .bind(since),
    db
      .prepare(
        `SELECT month, waited FROM (SELECT ${MONTH("published_at")} AS month, published_at - created_at AS waited,
           row_number() OVER (PARTITION BY ${MONTH("published_at")} ORDER BY published_at - created_at) AS place,
           count(*) OVER (PARTITION BY ${MONTH("published_at")}) AS total FROM releases WHERE published_at >= ?)
         WHERE place = (total + 1) / 2`,
      )
      .bind(since),
    db
      .prepare(
        `SELECT ${MONTH("at")} AS month, coalesce(outcome, 'open') AS word, count(*) AS n FROM appeals WHERE at >= ? GROUP BY 1, 2`,
      )
      .bind(since),
    db
      .prepare(
        `SELECT ${MONTH("asked_at")} AS month, code AS word, count(*) AS n FROM release_blocks
         WHERE asked_at >= ? AND lapsed_at IS NULL GROUP BY 1, 2`,
      )
      .bind(since),
    db
      .prepare(
        `SELECT ${MONTH("created_at")} AS month, kind AS word, count(*) AS n FROM reports WHERE created_at >= ? GROUP BY 1, 2`,
      )
      .bind(since),
  ]);
  const counted = (result: typeof moves) => (result?.results ?? []) as unknown as readonly Counted[];
  const waited = (waits?.results ?? []) as unknown as readonly { month: string; waited: number }[];
  return names.map((month) => {
    const words = (result: typeof moves) =>
      Object.fromEntries(counted(result).flatMap((row) => (row.month === month ? [[row.word, row.n] as const] : [])));
    const moved = words(moves);
    const appealed = words(appeals);
    const byRules = moved.by_rules ?? 0;
    return {
      month,
      submissions: moved["release.staged"] ?? 0,
      published: (moved["release.published"] ?? 0) + byRules,
      publishedByRules: byRules,
      rejected: moved["release.rejected"] ?? 0,
      refusalsByRule: words(rules),
      medianWaitSeconds: waited.find((row) => row.month === month)?.waited ?? null,
      appeals: Object.values(appealed).reduce((sum, n) => sum + n, 0),
      appealsOverturned: appealed.overturned ?? 0,
      blocks: words(blocks),
      reports: words(reports),
    };
  });
}

function lastMonths(count: number, at: number): readonly string[] {
  const now = new Date(at * 1000);
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  );
}
