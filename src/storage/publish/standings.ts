import type { BlockCode } from "../../domain/release/blocks.ts";
import { TWO_PEOPLE_ABOVE } from "../../domain/release/blocks.ts";
import type { CheckResult } from "../../domain/release/checks.ts";
import type { CheckStanding, Standing } from "../../market/publish/pipeline-ports.ts";
import { LATEST_CHECKS } from "./checks.ts";
import { installationsUpTo } from "./surroundings.ts";

/** SQL: the check result `l` holds an error, so that two people must accept it. */
const IS_SEVERE = `EXISTS (SELECT 1 FROM json_each(l.findings) f WHERE json_extract(f.value, '$.severity') = 'error')`;

/** SQL: result `l` is clean, or people took it as it is. */
export const IS_SETTLED = `(l.result = 'clean' OR (l.result = 'dirty' AND l.rejects = 0 AND (SELECT count(*) FROM check_acceptances a
  WHERE a.release_id = l.release_id AND a.name = l.name AND a.attempt = l.attempt) >= iif(${IS_SEVERE}, 2, 1)))`;

interface StandingRow {
  readonly id: number;
  readonly checks: string;
  readonly desk_reasons: string;
  readonly review_at: number | null;
  readonly approved: string;
  readonly installations: number;
  readonly hold_until: number | null;
  readonly decided_at: number | null;
  readonly decided_by: number | null;
  readonly erased_at: number | null;
  readonly appeal: string | null;
  readonly block: string | null;
  readonly provenance: string | null;
}

export async function readStandings(
  db: D1Database,
  releaseIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const { results } = await db
    .prepare(
      `SELECT r.id, r.desk_reasons, r.review_at, r.decided_at, r.decided_by, r.erased_at, r.provenance,
         (SELECT json_group_array(json_object('name', l.name, 'result', l.result, 'rejects', l.rejects, 'severe', ${IS_SEVERE},
           'by', (SELECT json_group_array(CAST(a.account_id AS TEXT)) FROM check_acceptances a
             WHERE a.release_id = l.release_id AND a.name = l.name AND a.attempt = l.attempt)))
          FROM (${LATEST_CHECKS}) l WHERE l.release_id = r.id) AS checks,
         (SELECT json_group_array(CAST(a.account_id AS TEXT)) FROM release_approvals a
          WHERE a.release_id = r.id AND a.sha256 = r.sha256) AS approved,
         ${installationsUpTo(TWO_PEOPLE_ABOVE + 1)} AS installations,
         (SELECT t.hold_until FROM transfers t WHERE t.plugin_id = p.id AND t.state = 'held') AS hold_until,
         (SELECT json_object('reason', a.reason, 'at', a.at, 'dueAt', a.due_at, 'outcome', a.outcome,
           'decisionReason', a.decision_reason, 'decidedAt', a.decided_at) FROM appeals a WHERE a.release_id = r.id) AS appeal,
         (SELECT json_object('code', b.code, 'reason', b.reason, 'askedBy', CAST(b.asked_by AS TEXT), 'askedAt', b.asked_at,
           'confirmedAt', b.confirmed_at, 'liftAskedBy', CAST(b.lift_asked_by AS TEXT)) FROM release_blocks b
          WHERE b.release_id = r.id AND b.lapsed_at IS NULL AND b.lifted_at IS NULL) AS block
       FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.id IN (SELECT value FROM json_each(?))`,
    )
    .bind(JSON.stringify(releaseIds.map(Number)))
    .all<StandingRow>();
  return new Map(results.map((row) => [String(row.id), readStanding(row)]));
}

function readStanding(row: StandingRow): Standing {
  const checks: { name: string; result: CheckResult; rejects: number; severe: number; by: string[] }[] = JSON.parse(
    row.checks,
  );
  const deskReasons: string[] = JSON.parse(row.desk_reasons);
  const approvedBy: string[] = JSON.parse(row.approved);
  const appeal: Standing["appeal"] = row.appeal === null ? null : JSON.parse(row.appeal);
  const block: (NonNullable<Standing["block"]> & { code: BlockCode }) | null =
    row.block === null ? null : JSON.parse(row.block);
  return {
    checks: checks.map(
      ({ name, result, rejects, severe, by }): CheckStanding => ({
        name,
        result,
        rejects: rejects === 1,
        isSevere: severe === 1,
        acceptedBy: by,
      }),
    ),
    deskReasons,
    reviewAt: row.review_at,
    approvedBy,
    installations: row.installations,
    holdUntil: row.hold_until,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by === null ? null : String(row.decided_by),
    isErased: row.erased_at !== null,
    appeal,
    block,
    provenance: row.provenance,
  };
}

/** Each acceptance is of the newest, dirty, non-refusing result of its check. */
export async function acceptChecks(
  db: D1Database,
  releaseId: string,
  names: readonly string[],
  accountId: string,
  reason: string,
  at: number,
): Promise<void> {
  const id = Number(releaseId);
  const wanted = JSON.stringify(names);
  await db.batch([
    db
      .prepare(
        `INSERT OR IGNORE INTO check_acceptances (release_id, name, attempt, account_id, reason, at)
         SELECT l.release_id, l.name, l.attempt, ?2, ?3, ?4 FROM (${LATEST_CHECKS}) l
         JOIN releases r ON r.id = l.release_id AND r.state = 'review'
         WHERE l.release_id = ?1 AND l.result = 'dirty' AND l.rejects = 0 AND l.name IN (SELECT value FROM json_each(?5))`,
      )
      .bind(id, Number(accountId), reason, at, wanted),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, 'release.accepted', 'release', CAST(?3 AS TEXT), json_object('checks', json(?4), 'reason', ?5)
         WHERE changes() > 0`,
      )
      .bind(at, accountId, releaseId, wanted, reason),
  ]);
}

export async function rerunChecks(db: D1Database, releaseId: string, accountId: string, at: number): Promise<boolean> {
  const id = Number(releaseId);
  const [moved] = await db.batch<{ id: number }>([
    db
      .prepare(
        "UPDATE releases SET next_check_at = ?2, desk_reasons = '[]' WHERE id = ?1 AND state = 'review' RETURNING id",
      )
      .bind(id, at),
    // Append-only: a result that shall not count any more is followed by one that says nothing.
    db
      .prepare(
        `INSERT INTO release_checks (release_id, name, attempt, result, findings, at)
         SELECT l.release_id, l.name, l.attempt + 1, 'unknown', '[]', ?2 FROM (${LATEST_CHECKS}) l
         WHERE l.release_id = ?1 AND l.result = 'dirty' AND EXISTS (SELECT 1 FROM releases r WHERE r.id = ?1 AND r.state = 'review')`,
      )
      .bind(id, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?1, 'account', ?2, 'release.rerun', 'release', CAST(id AS TEXT) FROM releases WHERE id = ?3 AND state = 'review'`,
      )
      .bind(at, accountId, id),
  ]);
  return moved?.results.length === 1;
}

export async function approveUpload(
  db: D1Database,
  releaseId: string,
  accountId: string,
  at: number,
): Promise<boolean> {
  const id = Number(releaseId);
  const [closed] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE releases SET needs_approval = 0 WHERE id = ?1 AND needs_approval = 1
           AND state IN ('staged', 'scanning', 'review') AND EXISTS (SELECT 1 FROM publisher_members m JOIN plugins p
             ON p.publisher_id = m.publisher_id WHERE p.id = releases.plugin_id AND m.account_id = ?2
             AND m.role IN ('owner', 'maintainer')) RETURNING id`,
      )
      .bind(id, Number(accountId)),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?1, 'account', ?2, 'release.upload_approved', 'release', CAST(id AS TEXT) FROM releases
         WHERE id = ?3 AND changes() = 1`,
      )
      .bind(at, accountId, id),
  ]);
  return closed?.results.length === 1;
}

export async function noteApproval(
  db: D1Database,
  releaseId: string,
  sha256: string,
  accountId: string,
  reason: string,
  at: number,
): Promise<void> {
  const id = Number(releaseId);
  await db.batch([
    db
      .prepare(
        `INSERT OR IGNORE INTO release_approvals (release_id, sha256, account_id, reason, at)
         SELECT id, sha256, ?3, ?4, ?5 FROM releases WHERE id = ?1 AND sha256 = ?2 AND state = 'review'`,
      )
      .bind(id, sha256, Number(accountId), reason, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, 'release.approved', 'release', CAST(id AS TEXT), json_object('sha256', sha256, 'reason', ?3)
         FROM releases WHERE id = ?4 AND changes() = 1`,
      )
      .bind(at, accountId, reason, id),
  ]);
}
