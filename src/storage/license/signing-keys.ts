import { and, desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { SigningKey } from "../../domain/license/keyset.ts";
import type { KeysetDocument, KeysetStore } from "../../market/license/keyset-ports.ts";
import { keysetDocuments, signingKeys } from "./schema.ts";

const KEPT_SECONDS = 30;

/** Key-set documents and what the newest one says, on D1. */
export function createKeysetStore(db: D1Database): KeysetStore {
  let kept: { readonly keys: readonly SigningKey[]; readonly at: number } | null = null;
  return {
    async keys(now) {
      if (kept !== null && kept.at <= now && now - kept.at < KEPT_SECONDS) return kept.keys;
      // What was read is kept, never a read under way: it dies with the request that began it.
      const keys = await readKeys(db);
      kept = { keys, at: now };
      return keys;
    },
    async newest() {
      const { results } = await db
        .prepare(
          `SELECT d.root_kid AS rootKid, d.version, d.iat AS issuedAt, d.exp AS expiresAt, d.document
          FROM keyset_documents d
          WHERE d.version = (SELECT MAX(n.version) FROM keyset_documents n WHERE n.root_kid = d.root_kid)
          ORDER BY d.version DESC, d.root_kid`,
        )
        .all<KeysetDocument & Record<string, unknown>>();
      return results;
    },
    async newestOf(rootKid) {
      const row = await drizzle(db)
        .select({ document: keysetDocuments.document })
        .from(keysetDocuments)
        .where(and(eq(keysetDocuments.rootKid, rootKid)))
        .orderBy(desc(keysetDocuments.version))
        .limit(1)
        .get();
      return row?.document ?? null;
    },
    async publish(document, keys, publisher, now) {
      kept = null;
      const { rootKid, version } = document;
      const isThis =
        "EXISTS (SELECT 1 FROM keyset_documents d WHERE d.root_kid = ?1 AND d.version = ?2 AND d.document = ?3)";
      const [inserted] = await db.batch<{ version: number }>([
        // Of two operators one is first: a version of a root exists once, and none follows a higher one.
        db
          .prepare(
            `INSERT INTO keyset_documents (root_kid, version, iat, exp, document, published_at, published_by)
            SELECT ?1, ?2, ?4, ?5, ?3, ?6, ?7
            WHERE NOT EXISTS (SELECT 1 FROM keyset_documents d WHERE d.version > ?2 OR (d.version = ?2 AND d.root_kid = ?1))
            RETURNING version`,
          )
          .bind(
            rootKid,
            version,
            document.document,
            document.issuedAt,
            document.expiresAt,
            now,
            Number(publisher.accountId),
          ),
        db
          .prepare(`DELETE FROM signing_keys WHERE ${isThis} AND (SELECT MAX(version) FROM keyset_documents) = ?2`)
          .bind(rootKid, version, document.document),
        db
          .prepare(
            `INSERT INTO signing_keys (kid, purpose, x, sign_from, sign_until, verify_until, revoked_from, revoke_mode, version)
            SELECT json_extract(w.value, '$.kid'), json_extract(w.value, '$.purpose'), json_extract(w.value, '$.x'),
              json_extract(w.value, '$.signFrom'), json_extract(w.value, '$.signUntil'), json_extract(w.value, '$.verifyUntil'),
              json_extract(w.value, '$.revokedFrom'), json_extract(w.value, '$.revokeMode'), ?2
            FROM json_each(?4) w WHERE ${isThis} ON CONFLICT (kid) DO NOTHING`,
          )
          .bind(rootKid, version, document.document, JSON.stringify(keys)),
      ]);
      kept = null;
      return inserted?.results.length === 1;
    },
  };
}

async function readKeys(db: D1Database): Promise<readonly SigningKey[]> {
  const rows = await drizzle(db).select().from(signingKeys).orderBy(signingKeys.signFrom, signingKeys.kid);
  return rows.map(({ version: _, ...key }) => key);
}
