import { and, eq, gt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AttemptStore, PasskeyStore, StoredPasskey } from "../../market/account/session-ports.ts";
import { passkeyChallenges, passkeys } from "./session-schema.ts";

export function createPasskeyStore(db: D1Database): PasskeyStore {
  const orm = drizzle(db);
  return {
    async offerChallenge(challengeHash, purpose, accountId, expiresAt) {
      await orm
        .insert(passkeyChallenges)
        .values({ challengeHash, purpose, accountId: accountId === null ? null : Number(accountId), expiresAt });
    },

    async spendChallenge(challengeHash, purpose, now) {
      const spent = await orm
        .delete(passkeyChallenges)
        .where(
          and(
            eq(passkeyChallenges.challengeHash, challengeHash),
            eq(passkeyChallenges.purpose, purpose),
            gt(passkeyChallenges.expiresAt, now),
          ),
        )
        .returning({ accountId: passkeyChallenges.accountId });
      const [row] = spent;
      return row === undefined ? null : { accountId: row.accountId === null ? null : String(row.accountId) };
    },

    async find(credentialId) {
      const row = await orm.select().from(passkeys).where(eq(passkeys.credentialId, credentialId)).get();
      return row ? read(row) : null;
    },

    async list(accountId) {
      const rows = await orm
        .select()
        .from(passkeys)
        .where(eq(passkeys.accountId, Number(accountId)))
        .orderBy(passkeys.createdAt, passkeys.credentialId);
      return rows.map(read);
    },

    async add(passkey, most) {
      const [added] = await db.batch<{ credential_id: string }>([
        db
          .prepare(
            `INSERT INTO passkeys (credential_id, account_id, public_key, counter, transports, is_backed_up, name, created_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (SELECT count(*) FROM passkeys WHERE account_id = ?2) < ?9
             ON CONFLICT DO NOTHING RETURNING credential_id`,
          )
          .bind(
            passkey.credentialId,
            Number(passkey.accountId),
            passkey.publicKey,
            passkey.counter,
            JSON.stringify(passkey.transports),
            passkey.isBackedUp ? 1 : 0,
            passkey.name,
            passkey.createdAt,
            most,
          ),
        audit(db, passkey.createdAt, passkey.accountId, "passkey.added"),
      ]);
      return added?.results.length === 1;
    },

    async used(credentialId, counter, isBackedUp, at) {
      // Authenticators that do not count say 0 for ever (WebAuthn §6.1.1).
      const { meta } = await db
        .prepare(
          `UPDATE passkeys SET counter = ?1, is_backed_up = ?2, used_at = ?3
           WHERE credential_id = ?4 AND (counter < ?1 OR (counter = 0 AND ?1 = 0))`,
        )
        .bind(counter, isBackedUp ? 1 : 0, at, credentialId)
        .run();
      return meta.changes === 1;
    },

    async rename(accountId, credentialId, name) {
      const renamed = await orm
        .update(passkeys)
        .set({ name })
        .where(and(eq(passkeys.credentialId, credentialId), eq(passkeys.accountId, Number(accountId))))
        .returning({ name: passkeys.name });
      return renamed.length === 1;
    },

    async remove(accountId, credentialId, at) {
      const [removed] = await db.batch([
        db
          .prepare(
            `DELETE FROM passkeys WHERE credential_id = ?1 AND account_id = ?2
               AND (SELECT count(*) FROM passkeys WHERE account_id = ?2) > 1`,
          )
          .bind(credentialId, Number(accountId)),
        audit(db, at, accountId, "passkey.removed"),
      ]);
      return removed?.meta.changes === 1;
    },
  };
}

/** A line about the statement before it in the same batch, if that wrote something. */
function audit(db: D1Database, at: number, accountId: string, action: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
       SELECT ?1, 'account', ?2, ?3, 'account', ?2 WHERE changes() = 1`,
    )
    .bind(at, accountId, action);
}

function read(row: typeof passkeys.$inferSelect): StoredPasskey {
  return {
    ...row,
    accountId: String(row.accountId),
    transports: JSON.parse(row.transports) as string[],
    isBackedUp: row.isBackedUp === 1,
  };
}

export function createAttemptStore(db: D1Database): AttemptStore {
  return {
    async take(bucket, span, most) {
      const taken = await db
        .prepare(
          `INSERT INTO attempts (bucket, span, used) VALUES (?1, ?2, 1)
           ON CONFLICT (bucket, span) DO UPDATE SET used = used + 1 WHERE used < ?3 RETURNING used`,
        )
        .bind(bucket, span, most)
        .first();
      return taken !== null;
    },
  };
}
