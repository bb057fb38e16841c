import type { Finding } from "../../domain/release/checks.ts";
import type { Case, ModerationStore, Report } from "../../market/moderation/ports.ts";
import type { SqlRow } from "../sql-row.ts";
import { actsOnD1 } from "./acts.ts";
import { type AuditRow, entryOf } from "./audit-row.ts";
import { readFigures } from "./figures.ts";
import { quarantinePlugin, releasePlugin } from "./quarantine.ts";
import { keepReport } from "./reports.ts";
import type { cases, reports } from "./schema.ts";

type ReportRow = SqlRow<typeof reports> & { readonly plugin: string; readonly publisher_id: number };
type CaseRow = SqlRow<typeof cases> & { readonly plugin: string; readonly publisher_id: number };

const REPORT = "SELECT o.*, p.name AS plugin, p.publisher_id FROM reports o JOIN plugins p ON p.id = o.plugin_id";
const CASE = "SELECT c.*, p.name AS plugin, p.publisher_id FROM cases c JOIN plugins p ON p.id = c.plugin_id";

/** Reports, cases and what the desk did, on D1. */
export function moderationOnD1(db: D1Database): ModerationStore {
  return {
    ...actsOnD1(db),
    report: (report, max, at) => keepReport(db, report, max, at),
    async malwareReporters(pluginId, since) {
      const count = await db
        .prepare(
          `SELECT count(DISTINCT reporter) AS n FROM reports
           WHERE plugin_id = ? AND kind = 'malware' AND created_at >= ? AND state IN ('open', 'triaged')`,
        )
        .bind(Number(pluginId), since)
        .first<number>("n");
      return count ?? 0;
    },
    quarantine: (pluginId, reason, actor, at) => quarantinePlugin(db, pluginId, reason, actor, at),
    release: (pluginId, reason, actor, at) => releasePlugin(db, pluginId, reason, actor, at),
    async reports(state, limit) {
      const { results } = await db
        .prepare(`${REPORT} WHERE ?1 IS NULL OR o.state = ?1 ORDER BY o.due_at, o.id LIMIT ?2`)
        .bind(state, limit)
        .all<ReportRow>();
      return results.map(reportOf);
    },
    async findReport(reportId) {
      const row = await db.prepare(`${REPORT} WHERE o.id = ?`).bind(Number(reportId)).first<ReportRow>();
      return row === null ? null : reportOf(row);
    },
    async triage(reportId, accountId, at) {
      const [moved] = await db.batch<{ id: number }>([
        db
          .prepare(
            "UPDATE reports SET state = 'triaged', triaged_at = ?2 WHERE id = ?1 AND state = 'open' RETURNING id",
          )
          .bind(Number(reportId), at),
        acted(db, "report.triaged", "report", reportId, accountId, {}, at),
      ]);
      return moved?.results.length === 1;
    },
    async decideReport(reportId, { state, outcome }, accountId, at) {
      const id = Number(reportId);
      const [before, decided] = await db.batch<{ email: string | null; id: number }>([
        db.prepare("SELECT email FROM reports WHERE id = ?").bind(id),
        db
          .prepare(
            `UPDATE reports SET state = ?2, outcome = ?3, decided_by = ?4, decided_at = ?5, email = NULL,
               triaged_at = coalesce(triaged_at, ?5) WHERE id = ?1 AND state IN ('open', 'triaged') RETURNING id`,
          )
          .bind(id, state, outcome, Number(accountId), at),
        acted(db, "report.decided", "report", reportId, accountId, { state, outcome }, at),
      ]);
      return decided?.results.length === 1 ? { email: before?.results[0]?.email ?? null } : null;
    },
    async forgetReporters(before) {
      await db
        .prepare("UPDATE reports SET reporter = NULL WHERE reporter IS NOT NULL AND created_at < ?")
        .bind(before)
        .run();
    },
    async cases(state, limit) {
      const { results } = await db
        .prepare(`${CASE} WHERE ?1 IS NULL OR c.state = ?1 ORDER BY c.opened_at, c.id LIMIT ?2`)
        .bind(state, limit)
        .all<CaseRow>();
      return results.map(caseOf);
    },
    async findCase(caseId) {
      const row = await db.prepare(`${CASE} WHERE c.id = ?`).bind(Number(caseId)).first<CaseRow>();
      return row === null ? null : caseOf(row);
    },
    async closeCase(caseId, { state, reason }, accountId, at) {
      const id = Number(caseId);
      const [closed] = await db.batch<{ id: number }>([
        db
          .prepare(
            `UPDATE cases SET state = ?2, closed_reason = ?3, closed_by = ?4, closed_at = ?5
             WHERE id = ?1 AND state = 'open' RETURNING id`,
          )
          .bind(id, state, reason, Number(accountId), at),
        acted(db, "case.closed", "case", caseId, accountId, { state, reason }, at),
        db
          .prepare(
            `UPDATE reports SET state = ?2, outcome = ?3, decided_by = ?4, decided_at = ?5
             WHERE case_id = ?1 AND state IN ('open', 'triaged')
               AND EXISTS (SELECT 1 FROM cases WHERE id = ?1 AND closed_at = ?5 AND closed_by = ?4)`,
          )
          .bind(id, state, reason, Number(accountId), at),
      ]);
      return closed?.results.length === 1;
    },
    async history(pluginId, limit) {
      const { results } = await db
        .prepare(
          `SELECT a.at, a.actor_kind, a.actor_id, a.action, a.subject_kind, a.subject_id, a.data FROM audit a
           WHERE (a.subject_kind = 'plugin' AND a.subject_id = ?1)
             OR (a.subject_kind = 'release' AND a.subject_id IN (SELECT CAST(id AS TEXT) FROM releases WHERE plugin_id = ?2))
             OR (a.subject_kind = 'report' AND a.subject_id IN (SELECT CAST(id AS TEXT) FROM reports WHERE plugin_id = ?2))
             OR (a.subject_kind = 'case' AND a.subject_id IN (SELECT CAST(id AS TEXT) FROM cases WHERE plugin_id = ?2))
           ORDER BY a.id DESC LIMIT ?3`,
        )
        .bind(pluginId, Number(pluginId), limit)
        .all<AuditRow>();
      return results.map(entryOf);
    },
    figures: (months, at) => readFigures(db, months, at),
  };
}

/** The audit row of an act, only if the statement before it changed its one row. */
function acted(
  db: D1Database,
  action: string,
  subjectKind: string,
  subjectId: string,
  accountId: string,
  data: { readonly [name: string]: string },
  at: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
       SELECT ?, 'account', ?, ?, ?, ?, ? WHERE changes() = 1`,
    )
    .bind(at, accountId, action, subjectKind, subjectId, JSON.stringify(data));
}

function reportOf(row: ReportRow): Report {
  return {
    id: String(row.id),
    caseId: String(row.case_id),
    pluginId: String(row.plugin_id),
    plugin: row.plugin,
    publisherId: String(row.publisher_id),
    version: row.version,
    kind: row.kind,
    text: row.text,
    hasEmail: row.email !== null,
    state: row.state,
    createdAt: row.created_at,
    dueAt: row.due_at,
    outcome: row.outcome,
    decidedAt: row.decided_at,
  };
}

function caseOf(row: CaseRow): Case {
  const findings: Finding[] = JSON.parse(row.findings);
  return {
    id: String(row.id),
    pluginId: String(row.plugin_id),
    plugin: row.plugin,
    publisherId: String(row.publisher_id),
    releaseId: row.release_id === null ? null : String(row.release_id),
    kind: row.kind,
    summary: row.summary,
    findings,
    state: row.state,
    openedAt: row.opened_at,
    closedReason: row.closed_reason,
    closedAt: row.closed_at,
  };
}
