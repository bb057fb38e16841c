import { subjectOf } from "../../domain/advisory/list.ts";
import { encodeHex } from "../../domain/bytes.ts";
import type { Ed25519Signer } from "../../domain/trust/signer.ts";
import type { NewEntry, ReleaseRevocationStore } from "../../market/advisory/revocation-ports.ts";
import { currentList, listSince } from "./issue-list.ts";

export function createReleaseRevocationStore(
  db: D1Database,
  signer: Ed25519Signer | null,
  marketplace: string,
): ReleaseRevocationStore {
  return {
    async key() {
      if (signer === null) return null;
      return { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) };
    },

    async current(now) {
      return signer === null ? null : currentList(db, signer, marketplace, now);
    },

    async since(epoch, now) {
      if (signer === null) return null;
      return (await listSince(db, signer, marketplace, epoch, now)) ?? currentList(db, signer, marketplace, now);
    },

    async put(entry, by, at) {
      const [put] = await db.batch([
        insertEntry(db, entry, at),
        ...told(db, subjectOfNew(entry), "revocation.added", by, at),
      ]);
      return put?.meta.changes === 1;
    },

    async lift(subject, by, at) {
      const [lifted] = await db.batch([
        db
          .prepare(
            `INSERT INTO release_revocations (subject, kind, name, version, sha256, publisher, key_id, level, code, since, is_lifted)
             SELECT e.subject, e.kind, e.name, e.version, e.sha256, e.publisher, e.key_id, e.level, e.code, ?2, 1
             FROM release_revocations e WHERE e.subject = ?1 AND e.is_lifted = 0 AND e.level = 'soft'
               AND NOT EXISTS (SELECT 1 FROM release_revocations n WHERE n.subject = e.subject AND n.seq > e.seq)`,
          )
          .bind(subject, at),
        ...told(db, subject, "revocation.lifted", by, at),
      ]);
      return lifted?.meta.changes === 1;
    },
  };
}

/** What is blocked stays hard, whatever more the desk says of it; everything else warns. */
export function insertEntry(db: D1Database, entry: NewEntry, at: number): D1PreparedStatement {
  const columns = "subject, kind, name, version, sha256, publisher, level, code, since, replacement, advisory, note";
  const words = [
    subjectOfNew(entry),
    entry.code,
    at,
    entry.replacement,
    entry.advisory,
    entry.note.slice(0, 300),
  ] as const;
  if (entry.kind === "release")
    return db
      .prepare(
        `INSERT INTO release_revocations (${columns})
         SELECT ?1, 'release', p.name, r.version, r.sha256, NULL,
           iif(r.state = 'blocked' OR EXISTS (SELECT 1 FROM blocked_digests b WHERE b.sha256 = r.sha256), 'hard', 'soft'),
           ?2, ?3, ?4, ?5, ?6
         FROM plugins p JOIN releases r ON r.plugin_id = p.id AND r.version = ?8 AND r.receipt IS NOT NULL AND r.state <> 'rejected'
         WHERE p.name = ?7`,
      )
      .bind(...words, entry.name, entry.version);
  if (entry.kind === "plugin")
    return db
      .prepare(
        `INSERT INTO release_revocations (${columns})
         SELECT ?1, 'plugin', p.name, NULL, NULL, NULL, iif(p.state = 'removed', 'hard', 'soft'), ?2, ?3, ?4, ?5, ?6
         FROM plugins p WHERE p.name = ?7`,
      )
      .bind(...words, entry.name);
  return db
    .prepare(
      `INSERT INTO release_revocations (${columns})
       SELECT ?1, 'publisher', NULL, NULL, NULL, u.handle, 'soft', ?2, ?3, ?4, ?5, ?6 FROM publishers u WHERE u.handle = ?7`,
    )
    .bind(...words, entry.publisher);
}

function subjectOfNew(entry: NewEntry): string {
  return subjectOf({ name: null, version: null, publisher: null, keyId: null, ...entry });
}

function told(db: D1Database, subject: string, action: string, by: string, at: number): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, ?3, 'revocation', ?4, '{}' WHERE changes() = 1`,
      )
      .bind(at, by, action, subject),
    db
      .prepare("INSERT INTO changes (at, kind, subject) SELECT ?1, ?2, ?3 WHERE changes() = 1")
      .bind(at, action, subject),
  ];
}
