import type { SealedKey, SealingStore } from "../../market/publish/sealing-ports.ts";

/** Sealed bundles on D1. */
export function sealingsOnD1(db: D1Database): SealingStore {
  return {
    async find(releaseId, statementSha256) {
      return db
        .prepare("SELECT sha256, size, commitment FROM sealed_bundles WHERE release_id = ? AND statement_sha256 = ?")
        .bind(Number(releaseId), statementSha256)
        .first<{ sha256: string; size: number; commitment: string }>();
    },
    async keep(sealing, at) {
      const kept = await db
        .prepare(
          `INSERT INTO sealed_bundles (release_id, statement_sha256, sha256, size, commitment, content_key, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING release_id`,
        )
        .bind(
          Number(sealing.releaseId),
          sealing.statementSha256,
          sealing.sha256,
          sealing.size,
          sealing.commitment,
          sealing.contentKey,
          at,
        )
        .first();
      return kept !== null;
    },
    async keysFor(pluginId, version) {
      const { results } = await db
        .prepare(
          `SELECT p.name, r.version, s.statement_sha256, s.commitment, s.content_key, r.published_at
           FROM plugins p JOIN releases r ON r.plugin_id = p.id
           JOIN sealed_bundles s ON s.release_id = r.id AND s.statement_sha256 = r.statement_sha256
           WHERE p.id = ?1 AND (r.version = ?2 OR r.id = p.latest_release_id) AND r.delivery = 'sealed'
             AND r.state IN ('published', 'deprecated', 'yanked') ORDER BY r.version_sort`,
        )
        .bind(Number(pluginId), version)
        .all<SealedRow>();
      return results.map(readKey);
    },
  };
}

interface SealedRow {
  readonly name: string;
  readonly version: string;
  readonly statement_sha256: string;
  readonly commitment: string;
  readonly content_key: string;
  readonly published_at: number;
}

function readKey(row: SealedRow): SealedKey {
  return {
    name: row.name,
    version: row.version,
    statementSha256: row.statement_sha256,
    commitment: row.commitment,
    contentKey: row.content_key,
    publishedAt: row.published_at,
  };
}
