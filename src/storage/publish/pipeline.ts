import { PUBLIC_STATES } from "../../domain/release/states.ts";
import type { PipelineStore, RetroWork } from "../../market/publish/pipeline-ports.ts";
import { appealsOnD1 } from "./appeals.ts";
import { blockRelease, confirmBlock, findPublicRelease, lapseBlocks, liftBlock } from "./blocks.ts";
import { LATEST_CHECKS } from "./checks.ts";
import { acceptChecks, approveUpload, noteApproval, readStandings, rerunChecks } from "./standings.ts";
import { compareLooks, readAutomaticFacts, readOwners, readStandingOf, readSurroundings } from "./surroundings.ts";

/** Judging releases, on D1. Every move is one guarded statement; what belongs together is one batch. */
export function pipelineOnD1(db: D1Database): PipelineStore {
  return {
    ...appealsOnD1(db),
    surroundings: (releaseId) => readSurroundings(db, releaseId),
    compareLooks: (pluginId, look) => compareLooks(db, pluginId, look),
    standingOf: (names) => readStandingOf(db, names),
    ownersOf: (publisherId) => readOwners(db, publisherId),
    standings: (releaseIds) => readStandings(db, releaseIds),
    acceptChecks: (releaseId, names, accountId, reason, at) =>
      acceptChecks(db, releaseId, names, accountId, reason, at),
    rerun: (releaseId, accountId, at) => rerunChecks(db, releaseId, accountId, at),
    approveUpload: (releaseId, accountId, at) => approveUpload(db, releaseId, accountId, at),
    noteApproval: (releaseId, sha256, accountId, reason, at) =>
      noteApproval(db, releaseId, sha256, accountId, reason, at),
    async noteDeskReasons(releaseId, reasons) {
      await db
        .prepare("UPDATE releases SET desk_reasons = ?2 WHERE id = ?1 AND state = 'review'")
        .bind(Number(releaseId), JSON.stringify(reasons))
        .run();
    },
    automaticFacts: (releaseId) => readAutomaticFacts(db, releaseId),
    async unjudged(at, limit) {
      const { results } = await db
        .prepare(
          `SELECT id FROM releases WHERE state = 'review' AND desk_reasons = '[]' AND statement IS NOT NULL AND needs_approval = 0
             AND coalesce(velocity_until, 0) <= ? AND NOT EXISTS (SELECT 1 FROM json_each(releases.expected_checks, '$.checks') e
               WHERE NOT EXISTS (SELECT 1 FROM (${LATEST_CHECKS}) l WHERE l.release_id = releases.id AND l.name = e.value
                 AND l.result <> 'unknown'))
           ORDER BY id LIMIT ?`,
        )
        .bind(at, limit)
        .all<{ id: number }>();
      return results.map(({ id }) => String(id));
    },
    lapseReviews: (before, at) => lapseReviews(db, before, at),
    async erasable(before, limit) {
      const { results } = await db
        .prepare(
          `SELECT r.id, r.sha256 FROM releases r WHERE r.state = 'rejected' AND r.erased_at IS NULL AND r.decided_at <= ?
             AND NOT EXISTS (SELECT 1 FROM releases o WHERE o.sha256 = r.sha256 AND o.id <> r.id AND o.erased_at IS NULL
               AND (o.state <> 'rejected' OR o.decided_at IS NULL OR o.decided_at > ?1))
           ORDER BY r.decided_at LIMIT ?`,
        )
        .bind(before, limit)
        .all<{ id: number; sha256: string }>();
      return results.map(({ id, sha256 }) => ({ releaseId: String(id), sha256 }));
    },
    async noteErased(releaseId, at) {
      await db
        .prepare("UPDATE releases SET erased_at = ?2 WHERE id = ?1 AND state = 'rejected'")
        .bind(Number(releaseId), at)
        .run();
    },
    block: (release, block, at) => blockRelease(db, release, block, at),
    confirmBlock: (releaseId, accountId, at) => confirmBlock(db, releaseId, accountId, at),
    lift: (releaseId, accountId, reason, at) => liftBlock(db, releaseId, accountId, reason, at),
    lapseBlocks: (before, at) => lapseBlocks(db, before, at),
    publicRelease: (releaseId) => findPublicRelease(db, releaseId),
    unscanned: (ruleSet, limit) => readUnscanned(db, ruleSet, limit),
    async noteRetroScan(work, ruleSet, findings, at) {
      const release = Number(work.releaseId);
      const text = JSON.stringify(findings);
      await db.batch([
        db
          .prepare("INSERT OR IGNORE INTO retro_scans (release_id, rule_set, hits, at) VALUES (?, ?, ?, ?)")
          .bind(release, ruleSet, findings.length, at),
        db
          .prepare(
            `INSERT INTO cases (plugin_id, release_id, kind, summary, findings, opened_at)
             SELECT ?1, ?2, 'retro_scan', ?3, ?4, ?5 WHERE changes() = 1 AND ?4 <> '[]'`,
          )
          .bind(
            Number(work.pluginId),
            release,
            `Rules ${ruleSet} found something in ${work.name} ${work.version}.`,
            text,
            at,
          ),
      ]);
    },
  };
}

async function lapseReviews(db: D1Database, before: number, at: number): Promise<number> {
  const [lapsed] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE releases SET state = 'rejected', decided_at = ?2, next_check_at = NULL,
           decision_reason = 'Its publisher did not sign or approve it within fourteen days.'
         WHERE state = 'review' AND (statement IS NULL OR needs_approval = 1) AND coalesce(review_at, created_at) <= ?1
           AND publication IS NULL RETURNING id`,
      )
      .bind(before, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'system', 'sweep', 'release.rejected', 'release', CAST(id AS TEXT), json_object('reason', 'review_lapsed')
         FROM releases WHERE state = 'rejected' AND decided_at = ?1 AND decided_by IS NULL AND coalesce(review_at, created_at) <= ?2
           AND (statement IS NULL OR needs_approval = 1)`,
      )
      .bind(at, before),
  ]);
  return lapsed?.results.length ?? 0;
}

async function readUnscanned(db: D1Database, ruleSet: string, limit: number): Promise<readonly RetroWork[]> {
  const { results } = await db
    .prepare(
      `SELECT r.id, r.plugin_id, p.publisher_id, b.handle, p.name, r.version, r.sha256, r.statement FROM releases r
       JOIN plugins p ON p.id = r.plugin_id JOIN publishers b ON b.id = p.publisher_id
       WHERE r.state IN (${PUBLIC_STATES.map((state) => `'${state}'`).join(", ")})
         AND json_extract(r.expected_checks, '$.ruleSet') <> ?1
         AND NOT EXISTS (SELECT 1 FROM retro_scans s WHERE s.release_id = r.id AND s.rule_set = ?1)
       ORDER BY r.id LIMIT ?2`,
    )
    .bind(ruleSet, limit)
    .all<{
      id: number;
      plugin_id: number;
      publisher_id: number;
      handle: string;
      name: string;
      version: string;
      sha256: string;
      statement: string | null;
    }>();
  return results.map((row) => ({
    releaseId: String(row.id),
    pluginId: String(row.plugin_id),
    publisherId: String(row.publisher_id),
    publisherHandle: row.handle,
    name: row.name,
    version: row.version,
    sha256: row.sha256,
    statement: row.statement,
  }));
}
