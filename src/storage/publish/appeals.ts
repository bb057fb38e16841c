import type { Appeal, PipelineStore } from "../../market/publish/pipeline-ports.ts";
import type { SqlRow } from "../sql-row.ts";
import type { appeals } from "./schema.ts";

type Appeals = Pick<PipelineStore, "appeal" | "decideAppeal" | "openAppeals">;

/** Appeals against rejections: one each, decided by somebody else than who rejected. */
export function appealsOnD1(db: D1Database): Appeals {
  return {
    async appeal(releaseId, reason, accountId, dueAt, at) {
      const id = Number(releaseId);
      const [made] = await db.batch<{ release_id: number }>([
        db
          .prepare(
            `INSERT INTO appeals (release_id, reason, account_id, at, due_at)
             SELECT id, ?2, ?3, ?4, ?5 FROM releases WHERE id = ?1 AND state = 'rejected'
             ON CONFLICT DO NOTHING RETURNING release_id`,
          )
          .bind(id, reason, Number(accountId), at, dueAt),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             SELECT ?1, 'account', ?2, 'release.appealed', 'release', CAST(?3 AS TEXT), json_object('reason', ?4) WHERE changes() = 1`,
          )
          .bind(at, accountId, releaseId, reason),
      ]);
      return made?.results.length === 1;
    },

    async decideAppeal(releaseId, outcome, reason, accountId, at) {
      const id = Number(releaseId);
      const [decided] = await db.batch<{ release_id: number }>([
        db
          .prepare(
            `UPDATE appeals SET outcome = ?2, decision_reason = ?3, decided_by = ?4, decided_at = ?5
             WHERE release_id = ?1 AND outcome IS NULL AND NOT EXISTS (SELECT 1 FROM releases r JOIN plugins p ON p.id = r.plugin_id
               LEFT JOIN publisher_members m ON m.publisher_id = p.publisher_id AND m.account_id = ?4
               WHERE r.id = ?1 AND (r.decided_by = ?4 OR m.account_id IS NOT NULL))
             RETURNING release_id`,
          )
          .bind(id, outcome, reason, Number(accountId), at),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             SELECT ?1, 'account', ?2, 'appeal.decided', 'release', CAST(?3 AS TEXT),
               json_object('outcome', ?4, 'reason', ?5) WHERE changes() = 1`,
          )
          .bind(at, accountId, releaseId, outcome, reason),
        // A check that refused is asked again; its rules may have changed since.
        db
          .prepare(
            `UPDATE OR IGNORE releases SET state = 'review', review_at = ?2, next_check_at = ?2, decision_reason = NULL,
               decided_by = NULL, decided_at = NULL
             WHERE id = ?1 AND state = 'rejected' AND erased_at IS NULL AND EXISTS (SELECT 1 FROM appeals a
               WHERE a.release_id = ?1 AND a.outcome = 'overturned' AND a.decided_at = ?2)`,
          )
          .bind(id, at),
      ]);
      return decided?.results.length === 1;
    },

    async openAppeals(limit) {
      const { results } = await db
        .prepare("SELECT * FROM appeals WHERE outcome IS NULL ORDER BY due_at LIMIT ?")
        .bind(limit)
        .all<SqlRow<typeof appeals>>();
      return results.map((row) => ({ releaseId: String(row.release_id), ...readAppeal(row) }));
    },
  };
}

function readAppeal(row: SqlRow<typeof appeals>): Appeal {
  return {
    reason: row.reason,
    at: row.at,
    dueAt: row.due_at,
    outcome: row.outcome,
    decisionReason: row.decision_reason,
    decidedAt: row.decided_at,
  };
}
