import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { SealedKey, SealingStore } from "../../market/publish/sealing-ports.ts";
import { sealedBundles } from "./schema.ts";

/** Sealed bundles on D1. */
export function sealingsOnD1(db: D1Database): SealingStore {
  const orm = drizzle(db);
  return {
    async find(releaseId, statementSha256) {
      const sealing = await orm
        .select({ sha256: sealedBundles.sha256, size: sealedBundles.size, commitment: sealedBundles.commitment })
        .from(sealedBundles)
        .where(and(eq(sealedBundles.releaseId, Number(releaseId)), eq(sealedBundles.statementSha256, statementSha256)))
        .get();
      return sealing ?? null;
    },
    async keep(sealing, at) {
      const kept = await orm
        .insert(sealedBundles)
        .values({ ...sealing, releaseId: Number(sealing.releaseId), createdAt: at })
        .onConflictDoNothing()
        .returning({ releaseId: sealedBundles.releaseId });
      return kept.length === 1;
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
