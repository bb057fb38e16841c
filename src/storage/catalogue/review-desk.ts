import type { FoundReview, ReviewCase, ReviewDecision, ReviewReport } from "../../market/catalogue/review-ports.ts";
import { REVIEW_COLUMNS, type ReviewSqlRow, readReviewRow } from "./review-rows.ts";
import { recount } from "./review-rules.ts";

interface CaseRow extends ReviewSqlRow {
  readonly plugin_id: number;
  readonly plugin_name: string;
  readonly held_at: number | null;
  readonly reports: string;
}

/** Held or reported ones that nobody removed, oldest first. */
export async function readReviewCases(db: D1Database, limit: number): Promise<readonly ReviewCase[]> {
  const { results } = await db
    .prepare(
      `SELECT ${REVIEW_COLUMNS}, r.plugin_id, p.name AS plugin_name, r.held_at,
         (SELECT json_group_array(json_object('kind', t.kind, 'text', t.text)) FROM review_reports t
          WHERE t.review_id = r.id AND t.state = 'open') AS reports
       FROM reviews r JOIN plugins p ON p.id = r.plugin_id
       WHERE r.removed_at IS NULL AND r.id IN (
         SELECT id FROM reviews WHERE held_at IS NOT NULL AND removed_at IS NULL
         UNION SELECT review_id FROM review_reports WHERE state = 'open')
       ORDER BY r.id LIMIT ?`,
    )
    .bind(limit)
    .all<CaseRow>();
  return results.map((row) => ({
    ...readReviewRow(row),
    pluginId: String(row.plugin_id),
    pluginName: row.plugin_name,
    isHeld: row.held_at !== null,
    reports: JSON.parse(row.reports) as ReviewReport[],
  }));
}

/** One batch; false: somebody removed it meanwhile, or the decider is of the publisher. */
export async function decideReview(
  db: D1Database,
  review: FoundReview,
  { decision, reason, accountId }: ReviewDecision,
  at: number,
): Promise<boolean> {
  const id = Number(review.id);
  const [decided] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE reviews SET held_at = NULL, looked_at = ?1, removed_at = iif(?2 = 'remove', ?1, NULL)
         WHERE id = ?3 AND removed_at IS NULL AND NOT EXISTS (SELECT 1 FROM publisher_members m
           JOIN plugins p ON p.publisher_id = m.publisher_id WHERE p.id = reviews.plugin_id AND m.account_id = ?4)
         RETURNING id`,
      )
      .bind(at, decision, id, Number(accountId)),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?, 'account', ?, ?, 'review', ?, json_object('reason', ?) WHERE changes() = 1`,
      )
      .bind(at, accountId, decision === "remove" ? "review.removed" : "review.kept", review.id, reason),
    db
      .prepare(
        "UPDATE review_reports SET state = ?, decided_at = ? WHERE review_id = ? AND state = 'open' AND changes() = 1",
      )
      .bind(decision === "remove" ? "acted" : "dismissed", at, id),
    ...recount(db, Number(review.pluginId)),
  ]);
  return decided?.results.length === 1;
}
