import type { Json } from "../../domain/json/json.ts";
import type { ConsentStore } from "../../market/execution/capability-ports.ts";

/** Consent on D1: the rows that activations write, too. */
export function consentsOnD1(db: D1Database): ConsentStore {
  return {
    async release(pluginId, version) {
      const row = await db
        .prepare(
          `SELECT version, closure_digest, manifest,
             EXISTS (SELECT 1 FROM blocked_digests b WHERE b.sha256 = releases.sha256) AS blocked
           FROM releases WHERE plugin_id = ?1 AND state IN ('published', 'deprecated', 'yanked')
             AND CASE WHEN ?2 IS NULL THEN state <> 'yanked' ELSE version = ?2 END
           ORDER BY channel = 'stable' DESC, version_sort DESC LIMIT 1`,
        )
        .bind(Number(pluginId), version)
        .first<{ version: string; closure_digest: string; manifest: string; blocked: number }>();
      if (row === null) return null;
      const manifest = JSON.parse(row.manifest) as Json;
      return { version: row.version, closureDigest: row.closure_digest, isBlocked: row.blocked === 1, manifest };
    },

    async newest(activationId, version) {
      const row = await db
        .prepare(
          `SELECT permissions, declined, closure_digest, at FROM grants
           WHERE activation_id = ?1 AND version = ?2 ORDER BY id DESC LIMIT 1`,
        )
        .bind(activationId, version)
        .first<{ permissions: string; declined: string; closure_digest: string; at: number }>();
      if (row === null) return null;
      return {
        permissions: JSON.parse(row.permissions) as string[],
        declined: JSON.parse(row.declined) as string[],
        closureDigest: row.closure_digest,
        at: row.at,
      };
    },

    async record(activationId, { version, permissions, declined, closureDigest, actor }, now) {
      await db
        .prepare(
          `INSERT INTO grants (activation_id, version, permissions, declined, closure_digest, actor, at)
           SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = (SELECT MAX(n.id)
               FROM grants n WHERE n.activation_id = ?1 AND n.version = ?2)
             AND g.permissions = ?3 AND g.declined = ?4 AND g.closure_digest = ?5)`,
        )
        .bind(activationId, version, JSON.stringify(permissions), JSON.stringify(declined), closureDigest, actor, now)
        .run();
    },
  };
}
