import { DAY } from "../../domain/time.ts";
import type { NewReport } from "../../market/moderation/ports.ts";

/** One batch: the case if none is open, the report in it. The count of the reporter's day stands in SQL. */
export async function keepReport(
  db: D1Database,
  report: NewReport,
  max: number,
  at: number,
): Promise<{ readonly reportId: string } | null> {
  const plugin = Number(report.pluginId);
  const mayReport = `(SELECT count(*) FROM reports WHERE reporter = ?1 AND created_at > ?2) < ?3`;
  const [, inserted] = await db.batch<{ id: number }>([
    db
      .prepare(
        `INSERT INTO cases (plugin_id, kind, summary, opened_at) SELECT id, 'reports', 'Reports about ' || name || '.', ?4
         FROM plugins WHERE id = ?5 AND ${mayReport} ON CONFLICT DO NOTHING`,
      )
      .bind(report.reporter, at - DAY, max, at, plugin),
    db
      .prepare(
        `INSERT INTO reports (plugin_id, version, case_id, kind, text, email, reporter, created_at, due_at)
         SELECT ?4, ?5, c.id, ?6, ?7, ?8, ?1, ?9, ?10 FROM cases c
         WHERE c.plugin_id = ?4 AND c.kind = 'reports' AND c.state = 'open' AND ${mayReport} RETURNING id`,
      )
      .bind(
        report.reporter,
        at - DAY,
        max,
        plugin,
        report.version,
        report.kind,
        report.text,
        report.email,
        at,
        report.dueAt,
      ),
  ]);
  const row = inserted?.results[0];
  return row === undefined ? null : { reportId: String(row.id) };
}
