import type { PublishedRelease, ReleaseMove, ReleaseStates } from "../../market/publish/ports.ts";

/** What becomes of releases after the desk's word, and of those their publisher takes back before it. */
export function releaseStatesOnD1(db: D1Database): ReleaseStates {
  return {
    find: (pluginId, version) => findPublished(db, pluginId, version),
    move: (move, at) => moveRelease(db, move, at),
    withdraw: (releaseId, reason, accountId, at) => withdrawRelease(db, releaseId, reason, accountId, at),
  };
}

async function findPublished(db: D1Database, pluginId: string, version: string): Promise<PublishedRelease | null> {
  const row = await db
    .prepare(
      `SELECT r.id, r.plugin_id, p.name, p.publisher_id, r.version, r.state, r.notice, r.replacement
       FROM releases r JOIN plugins p ON p.id = r.plugin_id
       WHERE r.plugin_id = ? AND r.version = ? AND r.state IN ('published', 'deprecated', 'yanked', 'blocked')`,
    )
    .bind(Number(pluginId), version)
    .first<{
      id: number;
      plugin_id: number;
      name: string;
      publisher_id: number;
      version: string;
      state: PublishedRelease["state"];
      notice: string | null;
      replacement: string | null;
    }>();
  if (row === null) return null;
  return {
    releaseId: String(row.id),
    pluginId: String(row.plugin_id),
    publisherId: String(row.publisher_id),
    name: row.name,
    version: row.version,
    state: row.state,
    notice: row.notice === null ? null : { message: row.notice, replacement: row.replacement },
  };
}

/**
 * One batch. The first statement names the state and the notice it leaves; each of the others acts only if the one before
 * changed its one row.
 */
async function moveRelease(db: D1Database, move: ReleaseMove, at: number): Promise<boolean> {
  const { release, to, action, yankReason, notice, accountId } = move;
  const id = Number(release.releaseId);
  const plugin = Number(release.pluginId);
  const [moved] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE releases SET state = ?1, yank_reason = ?2, notice = ?3, replacement = ?4
         WHERE id = ?5 AND plugin_id = ?6 AND state = ?7 AND notice IS ?8 RETURNING id`,
      )
      .bind(
        to,
        yankReason,
        notice?.message ?? null,
        notice?.replacement ?? null,
        id,
        plugin,
        release.state,
        release.notice?.message ?? null,
      ),
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1, updated_at = ?1,
           latest_release_id = (SELECT id FROM releases WHERE plugin_id = ?2 AND state IN ('published', 'deprecated')
             ORDER BY channel = 'stable' DESC, version_sort DESC LIMIT 1)
         WHERE id = ?2 AND changes() = 1`,
      )
      .bind(at, plugin),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, ?3, 'release', CAST(id AS TEXT),
           json_object('from', ?4, 'reason', yank_reason, 'notice', notice, 'replacement', replacement)
         FROM releases WHERE id = ?5 AND changes() = 1`,
      )
      .bind(at, accountId, action, release.state, id),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data)
         SELECT ?1, ?2, ?3, json_object('version', version, 'sha256', sha256, 'state', state, 'reason', yank_reason,
           'notice', notice, 'replacement', replacement)
         FROM releases WHERE id = ?4 AND changes() = 1`,
      )
      .bind(at, action, release.name, id),
  ]);
  return (moved?.results.length ?? 0) === 1;
}

/** review → rejected. Nobody else ever saw the release, so the change feed says nothing. */
async function withdrawRelease(
  db: D1Database,
  releaseId: string,
  reason: string,
  accountId: string,
  at: number,
): Promise<boolean> {
  const id = Number(releaseId);
  const [withdrawn] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE releases SET state = 'rejected', decision_reason = ?1, decided_by = ?2, decided_at = ?4, next_check_at = NULL
         WHERE id = ?3 AND state = 'review' AND EXISTS (SELECT 1 FROM publisher_members m JOIN plugins o
           ON o.publisher_id = m.publisher_id WHERE o.id = releases.plugin_id AND m.account_id = ?2
           AND m.role IN ('owner', 'maintainer'))
         RETURNING id`,
      )
      .bind(reason, Number(accountId), id, at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, 'release.withdrawn', 'release', CAST(id AS TEXT), json_object('reason', ?3)
         FROM releases WHERE id = ?4 AND changes() = 1`,
      )
      .bind(at, accountId, reason, id),
  ]);
  return (withdrawn?.results.length ?? 0) === 1;
}
