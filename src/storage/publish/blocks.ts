import type { ReleaseState } from "../../domain/release/states.ts";
import type { NewBlock, PublicRelease } from "../../market/publish/pipeline-ports.ts";

const NEWEST = `(SELECT id FROM releases WHERE plugin_id = plugins.id AND state IN ('published', 'deprecated')
  ORDER BY channel = 'stable' DESC, version_sort DESC LIMIT 1)`;

export async function findPublicRelease(db: D1Database, releaseId: string): Promise<PublicRelease | null> {
  const row = await db
    .prepare(
      `SELECT r.id, r.plugin_id, p.publisher_id, p.name, r.version, r.sha256, r.state FROM releases r
       JOIN plugins p ON p.id = r.plugin_id WHERE r.id = ? AND r.state IN ('published', 'deprecated', 'yanked', 'blocked')`,
    )
    .bind(Number(releaseId))
    .first<{
      id: number;
      plugin_id: number;
      publisher_id: number;
      name: string;
      version: string;
      sha256: string;
      state: ReleaseState;
    }>();
  return row === null
    ? null
    : {
        releaseId: String(row.id),
        pluginId: String(row.plugin_id),
        publisherId: String(row.publisher_id),
        name: row.name,
        version: row.version,
        sha256: row.sha256,
        state: row.state,
      };
}

/** One batch: state, the block, the newest release of the plugin, audit, change feed – and by the feed the update roles. */
export async function blockRelease(
  db: D1Database,
  release: PublicRelease,
  { code, reason, accountId }: NewBlock,
  at: number,
): Promise<boolean> {
  const id = Number(release.releaseId);
  const [inserted] = await db.batch<{ id: number }>([
    db
      .prepare(
        `INSERT INTO release_blocks (release_id, former, code, reason, asked_by, asked_at)
         SELECT id, state, ?2, ?3, ?4, ?5 FROM releases WHERE id = ?1 AND state = ?6
           AND state IN ('published', 'deprecated', 'yanked') RETURNING id`,
      )
      .bind(id, code, reason, Number(accountId), at, release.state),
    db
      .prepare("UPDATE releases SET state = 'blocked', decision_reason = ?2 WHERE id = ?1 AND changes() = 1")
      .bind(id, reason),
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1, updated_at = ?2, latest_release_id = ${NEWEST} WHERE id = ?1 AND changes() = 1`,
      )
      .bind(Number(release.pluginId), at),
    ...told(db, id, "release.blocked", "account", accountId, { code, reason }, at),
  ]);
  return inserted?.results.length === 1;
}

/** Another person's word; the block stays. */
export async function confirmBlock(db: D1Database, releaseId: string, accountId: string, at: number): Promise<boolean> {
  const id = Number(releaseId);
  const [confirmed] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE release_blocks SET confirmed_by = ?2, confirmed_at = ?3 WHERE release_id = ?1 AND confirmed_at IS NULL
           AND lapsed_at IS NULL AND lifted_at IS NULL AND asked_by <> ?2 RETURNING id`,
      )
      .bind(id, Number(accountId), at),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?1, 'account', ?2, 'release.block_confirmed', 'release', CAST(?3 AS TEXT) WHERE changes() = 1`,
      )
      .bind(at, accountId, releaseId),
  ]);
  return confirmed?.results.length === 1;
}

/** The first asks, another one lifts. */
export async function liftBlock(
  db: D1Database,
  releaseId: string,
  accountId: string,
  reason: string,
  at: number,
): Promise<"asked" | "lifted" | null> {
  const id = Number(releaseId);
  const account = Number(accountId);
  const [lifted] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE release_blocks SET lifted_by = ?2, lifted_at = ?3 WHERE release_id = ?1 AND lapsed_at IS NULL
           AND lifted_at IS NULL AND lift_asked_by IS NOT NULL AND lift_asked_by <> ?2
           AND EXISTS (SELECT 1 FROM releases r WHERE r.id = ?1 AND r.state = 'blocked') RETURNING id`,
      )
      .bind(id, account, at),
    db
      .prepare(
        `UPDATE releases SET decision_reason = NULL, state = (SELECT b.former FROM release_blocks b WHERE b.release_id = ?1
           AND b.lifted_at IS NOT NULL ORDER BY b.id DESC LIMIT 1) WHERE id = ?1 AND state = 'blocked' AND changes() = 1`,
      )
      .bind(id),
    db
      .prepare(
        `UPDATE plugins SET rev = rev + 1, updated_at = ?2, latest_release_id = ${NEWEST}
         WHERE id = (SELECT plugin_id FROM releases WHERE id = ?1) AND changes() = 1`,
      )
      .bind(id, at),
    ...told(db, id, "release.lifted", "account", accountId, { reason }, at),
  ]);
  if (lifted?.results.length === 1) return "lifted";
  const [asked] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE release_blocks SET lift_asked_by = ?2, lift_reason = ?3 WHERE release_id = ?1 AND lapsed_at IS NULL
           AND lifted_at IS NULL AND lift_asked_by IS NULL RETURNING id`,
      )
      .bind(id, account, reason),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, 'release.lift_asked', 'release', CAST(?3 AS TEXT), json_object('reason', ?4) WHERE changes() = 1`,
      )
      .bind(at, accountId, releaseId, reason),
  ]);
  return asked?.results.length === 1 ? "asked" : null;
}

/** Blocks that nobody confirmed in time: the release is yanked instead. One batch for each. */
export async function lapseBlocks(db: D1Database, before: number, at: number): Promise<readonly string[]> {
  const { results } = await db
    .prepare(
      `SELECT b.id, b.release_id, r.plugin_id, p.name FROM release_blocks b JOIN releases r ON r.id = b.release_id
       JOIN plugins p ON p.id = r.plugin_id
       WHERE b.confirmed_at IS NULL AND b.lapsed_at IS NULL AND b.lifted_at IS NULL AND b.asked_at <= ? LIMIT 50`,
    )
    .bind(before)
    .all<{ id: number; release_id: number; plugin_id: number; name: string }>();
  const names: string[] = [];
  for (const block of results) {
    const [lapsed] = await db.batch<{ id: number }>([
      db
        .prepare(
          `UPDATE release_blocks SET lapsed_at = ?2 WHERE id = ?1 AND confirmed_at IS NULL AND lapsed_at IS NULL
             AND lifted_at IS NULL RETURNING id`,
        )
        .bind(block.id, at),
      db
        .prepare(
          `UPDATE releases SET state = 'yanked', decision_reason = NULL,
             yank_reason = 'Held back by the marketplace; the block was not confirmed.'
           WHERE id = ?1 AND state = 'blocked' AND changes() = 1`,
        )
        .bind(block.release_id),
      db
        .prepare(
          `UPDATE plugins SET rev = rev + 1, updated_at = ?2, latest_release_id = ${NEWEST} WHERE id = ?1 AND changes() = 1`,
        )
        .bind(block.plugin_id, at),
      ...told(db, block.release_id, "release.yanked", "system", "desk", { reason: "block_lapsed" }, at),
    ]);
    if (lapsed?.results.length === 1) names.push(block.name);
  }
  return names;
}

/** Audit and change feed, each only if the statement before it changed its one row. */
function told(
  db: D1Database,
  releaseId: number,
  action: string,
  actorKind: "account" | "system",
  actorId: string,
  data: { readonly [name: string]: string },
  at: number,
): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, ?2, ?3, ?4, 'release', CAST(id AS TEXT), ?5 FROM releases WHERE id = ?6 AND changes() = 1`,
      )
      .bind(at, actorKind, actorId, action, JSON.stringify(data), releaseId),
    db
      .prepare(
        `INSERT INTO changes (at, kind, subject, data)
         SELECT ?1, ?2, p.name, json_patch(?3, json_object('version', r.version, 'sha256', r.sha256, 'state', r.state))
         FROM releases r JOIN plugins p ON p.id = r.plugin_id WHERE r.id = ?4 AND changes() = 1`,
      )
      .bind(at, action, JSON.stringify(data), releaseId),
  ];
}
