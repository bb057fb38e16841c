import type { DecisionFacts, Publication } from "../../market/publish/ports.ts";
import { LATEST_CHECKS } from "./checks.ts";
import { listingValues } from "./listing-values.ts";
import { IS_SETTLED } from "./standings.ts";

/**
 * review → published in one batch. The first statement holds every condition; the others act only on what it wrote, told
 * by the receipt's digest, which exists nowhere else.
 */
export async function publishRelease(
  db: D1Database,
  facts: DecisionFacts,
  publication: Publication,
  at: number,
): Promise<boolean> {
  const release = Number(facts.releaseId);
  const plugin = Number(facts.pluginId);
  const { listing, receiptSha256 } = publication;
  const [published] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE releases SET state = 'published', publication = ?1, receipt = ?2, receipt_sha256 = ?3, delivery = ?4,
           decision_reason = ?5, decided_by = ?6, published_at = ?7, next_check_at = NULL
         WHERE id = ?8 AND state = 'review' AND sha256 = ?9 AND statement_sha256 = ?10 AND needs_approval = 0
           AND coalesce(velocity_until, 0) <= ?7
           AND json_array_length(expected_checks, '$.checks') > 0
           AND json_array_length(expected_checks, '$.checks') =
             (SELECT count(*) FROM json_each(releases.expected_checks, '$.checks') e JOIN (${LATEST_CHECKS}) l
              ON l.release_id = releases.id AND l.name = e.value WHERE ${IS_SETTLED})
           AND EXISTS (SELECT 1 FROM plugins p WHERE p.id = ?11 AND p.id = releases.plugin_id AND p.rev = ?12
             AND p.publications = ?1 - 1 AND p.last_receipt_sha256 IS ?13 AND p.state IN ('active', 'deprecated'))
           AND NOT EXISTS (SELECT 1 FROM publisher_members m JOIN plugins o ON o.publisher_id = m.publisher_id
             WHERE o.id = ?11 AND m.account_id = ?6)
         RETURNING id`,
      )
      .bind(
        publication.publication,
        publication.receipt,
        receiptSha256,
        publication.delivery,
        publication.reason,
        publication.deciderId === null ? null : Number(publication.deciderId),
        at,
        release,
        facts.sha256,
        facts.statementSha256,
        plugin,
        facts.pluginRev,
        facts.lastReceiptSha256,
      ),
    db
      .prepare(
        `UPDATE plugins SET publications = ?1, last_receipt_sha256 = ?2, rev = rev + 1, updated_at = ?3,
           latest_release_id = (SELECT id FROM releases WHERE plugin_id = ?4 AND state IN ('published', 'deprecated')
             ORDER BY channel = 'stable' DESC, version_sort DESC LIMIT 1)
         WHERE id = ?4 AND EXISTS (SELECT 1 FROM releases WHERE id = ?5 AND receipt_sha256 = ?2)`,
      )
      .bind(publication.publication, receiptSha256, at, plugin, release),
    db
      .prepare(
        `UPDATE plugins SET ${unlessEdited("displayName", "display_name")}, ${unlessEdited("description", "description")},
           ${unlessEdited("category", "category")}, type = ?, ${unlessEdited("tags", "tags")},
           ${unlessEdited("icon", "icon")}, ${unlessEdited("screenshots", "screenshots")}, pricing = ?, trial_days = ?
         WHERE id = ? AND latest_release_id = ? AND last_receipt_sha256 = ?`,
      )
      .bind(...listingValues(listing), plugin, release, receiptSha256),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, iif(?2 IS NULL, 'system', 'account'), coalesce(?2, 'rules'), 'release.published', 'release', CAST(id AS TEXT),
           json_object('sha256', sha256, 'receipt', receipt_sha256, 'reason', decision_reason)
         FROM releases WHERE id = ?3 AND receipt_sha256 = ?4`,
      )
      .bind(at, publication.deciderId, release, receiptSha256),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data)
         SELECT ?, 'release.published', ?, json_object('version', version, 'sha256', sha256, 'receipt', receipt_sha256)
         FROM releases WHERE id = ? AND receipt_sha256 = ?`,
      )
      .bind(at, facts.name, release, receiptSha256),
  ]);
  return (published?.results.length ?? 0) === 1;
}

/** A new release brings its own listing, except where the owner set the field by hand. */
function unlessEdited(field: string, column: string): string {
  return `${column} = CASE WHEN EXISTS (SELECT 1 FROM json_each(plugins.edited) WHERE value = '${field}') THEN ${column} ELSE ? END`;
}

/** A version number is used up by publication, also where the release was signed anew since. */
const WAS_PUBLISHED =
  "EXISTS (SELECT 1 FROM void_statements v WHERE v.release_id = releases.id AND v.publication IS NOT NULL)";

/** review → rejected; never for a decider's own publisher. */
export async function rejectRelease(
  db: D1Database,
  releaseId: string,
  sha256: string,
  reason: string,
  deciderId: string,
  at: number,
): Promise<boolean> {
  const release = Number(releaseId);
  const [rejected] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE releases SET state = CASE WHEN ${WAS_PUBLISHED} THEN 'blocked' ELSE 'rejected' END, decision_reason = ?1,
           decided_by = ?2, decided_at = ?5, next_check_at = NULL
         WHERE id = ?3 AND state = 'review' AND sha256 = ?4
           AND NOT EXISTS (SELECT 1 FROM publisher_members m JOIN plugins o ON o.publisher_id = m.publisher_id
             WHERE o.id = releases.plugin_id AND m.account_id = ?2)
         RETURNING id`,
      )
      .bind(reason, Number(deciderId), release, sha256, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, 'release.rejected', 'release', CAST(id AS TEXT), json_object('sha256', sha256, 'reason', ?3)
         FROM releases r WHERE id = ?4 AND state IN ('rejected', 'blocked') AND decided_by = ?2 AND sha256 = ?5
           AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.subject_kind = 'release' AND a.subject_id = CAST(r.id AS TEXT)
             AND a.action = 'release.rejected')`,
      )
      .bind(at, deciderId, reason, release, sha256),
  ]);
  return (rejected?.results.length ?? 0) === 1;
}
