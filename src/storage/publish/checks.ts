import { drizzle } from "drizzle-orm/d1";
import type { CheckOutcome, ExpectedChecks } from "../../domain/release/checks.ts";
import { STALE_SCANNING_SECONDS, STALE_STAGED_SECONDS } from "../../domain/release/limits.ts";
import type { ReleaseWork } from "../../market/publish/ports.ts";
import type { SqlRow } from "../sql-row.ts";
import { releaseChecks, type releases } from "./schema.ts";

/** The newest row of every check of a release. */
export const LATEST_CHECKS = `SELECT c.release_id, c.name, c.result, c.findings, c.attempt, c.rejects FROM release_checks c
  WHERE c.attempt = (SELECT max(n.attempt) FROM release_checks n WHERE n.release_id = c.release_id AND n.name = c.name)`;

/** staged, scanning or a review with an unknown or missing result → scanning. */
export async function claimScan(db: D1Database, releaseId: string, at: number): Promise<ReleaseWork | null> {
  const id = Number(releaseId);
  const [claimed, checks] = await db.batch<Record<string, never>>([
    db
      .prepare(
        `UPDATE releases SET state = 'scanning', next_check_at = ?2
         WHERE id = ?1 AND (state IN ('staged', 'scanning')
           OR (state = 'review' AND EXISTS (SELECT 1 FROM json_each(releases.expected_checks, '$.checks') e
             WHERE NOT EXISTS (SELECT 1 FROM (${LATEST_CHECKS}) l
               WHERE l.release_id = releases.id AND l.name = e.value AND l.result <> 'unknown'))))
         RETURNING id, version, sha256, statement, expected_checks,
           (SELECT name FROM plugins WHERE id = releases.plugin_id) AS name,
           (SELECT publisher_id FROM plugins WHERE id = releases.plugin_id) AS publisher_id,
           (SELECT b.handle FROM plugins p JOIN publishers b ON b.id = p.publisher_id WHERE p.id = releases.plugin_id) AS handle`,
      )
      .bind(id, at + STALE_SCANNING_SECONDS),
    db.prepare(`SELECT name, result, attempt FROM (${LATEST_CHECKS}) WHERE release_id = ?`).bind(id),
  ]);
  return readWork(claimed?.results[0], checks?.results ?? []);
}

function readWork(claimed: unknown, checks: readonly unknown[]): ReleaseWork | null {
  if (claimed === undefined) return null;
  const row = claimed as Pick<
    SqlRow<typeof releases>,
    "id" | "version" | "sha256" | "statement" | "expected_checks"
  > & {
    name: string;
    publisher_id: number;
    handle: string;
  };
  const rows = checks as readonly Pick<SqlRow<typeof releaseChecks>, "name" | "result" | "attempt">[];
  return {
    releaseId: String(row.id),
    name: row.name,
    version: row.version,
    publisherId: String(row.publisher_id),
    publisherHandle: row.handle,
    sha256: row.sha256,
    statement: row.statement,
    expected: readExpected(row.expected_checks),
    results: Object.fromEntries(rows.map(({ name, result, attempt }) => [name, { result, attempt }])),
  };
}

export function readExpected(text: string): ExpectedChecks {
  const expected: ExpectedChecks = JSON.parse(text);
  return expected;
}

export async function blockedAmong(db: D1Database, sha256s: readonly string[]): Promise<readonly string[]> {
  const { results } = await db
    .prepare("SELECT sha256 FROM blocked_digests WHERE sha256 IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(sha256s))
    .all<{ sha256: string }>();
  return results.map((row) => row.sha256);
}

export async function insertCheck(
  db: D1Database,
  releaseId: string,
  name: string,
  attempt: number,
  outcome: CheckOutcome,
  at: number,
): Promise<void> {
  await drizzle(db)
    .insert(releaseChecks)
    .values({
      releaseId: Number(releaseId),
      name,
      attempt,
      result: outcome.result,
      findings: JSON.stringify(outcome.findings),
      rejects: outcome.rejects === false ? 0 : 1,
      at,
    })
    .onConflictDoNothing({ target: [releaseChecks.releaseId, releaseChecks.name, releaseChecks.attempt] });
}

/** Counted by the database, not by the consumer: a consumer that died half way decides nothing. */
export async function settleScan(
  db: D1Database,
  releaseId: string,
  nextCheckAt: number | null,
  at: number,
): Promise<void> {
  const id = Number(releaseId);
  await db.batch([
    db
      .prepare(
        `UPDATE releases SET next_check_at = ?2, review_at = coalesce(review_at, ?3),
           decided_at = CASE WHEN EXISTS (SELECT 1 FROM (${LATEST_CHECKS}) l WHERE l.release_id = releases.id AND l.result = 'dirty' AND l.rejects = 1)
             THEN ?3 END,
           decision_reason = CASE WHEN EXISTS (SELECT 1 FROM (${LATEST_CHECKS}) l WHERE l.release_id = releases.id AND l.result = 'dirty' AND l.rejects = 1)
             THEN 'A check refused this release; its findings say why.' END,
           state = CASE WHEN EXISTS (SELECT 1 FROM (${LATEST_CHECKS}) l WHERE l.release_id = releases.id AND l.result = 'dirty' AND l.rejects = 1)
             THEN 'rejected' ELSE 'review' END
         WHERE id = ?1 AND state = 'scanning' RETURNING id`,
      )
      .bind(id, nextCheckAt, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?, 'system', 'checks', 'release.' || state, 'release', CAST(id AS TEXT) FROM releases
         WHERE id = ? AND changes() = 1`,
      )
      .bind(at, id),
  ]);
}

export async function dueReleases(db: D1Database, at: number): Promise<readonly string[]> {
  const { results } = await db
    .prepare(
      `SELECT id FROM releases WHERE state = 'staged' AND created_at < ?1
       UNION SELECT id FROM releases WHERE next_check_at <= ?2 AND state IN ('scanning', 'review') LIMIT 100`,
    )
    .bind(at - STALE_STAGED_SECONDS, at)
    .all<{ id: number }>();
  return results.map((row) => String(row.id));
}
