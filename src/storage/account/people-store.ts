import { count, desc, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Mail, PeopleStore } from "../../market/account/people-ports.ts";
import type { Vault } from "../../market/ports.ts";
import { accounts } from "./schema.ts";
import { githubIdentities, mails, recoveryCodes } from "./session-schema.ts";

export function createPeopleStore(db: D1Database): PeopleStore {
  const orm = drizzle(db);
  return {
    async replaceRecoveryCodes(accountId, hashes, at) {
      const account = Number(accountId);
      await db.batch([
        db.prepare(`DELETE FROM recovery_codes WHERE account_id = ?`).bind(account),
        db
          .prepare(
            `INSERT INTO recovery_codes (code_hash, account_id, created_at) SELECT value, ?1, ?2 FROM json_each(?3)`,
          )
          .bind(account, at, JSON.stringify(hashes)),
        audited(db, at, accountId, "recovery_codes.made"),
      ]);
    },

    async countRecoveryCodes(accountId) {
      const row = await orm
        .select({ left: count() })
        .from(recoveryCodes)
        .where(eq(recoveryCodes.accountId, Number(accountId)))
        .get();
      return row?.left ?? 0;
    },

    async spendRecoveryCode(codeHash) {
      const [spent] = await orm.delete(recoveryCodes).where(eq(recoveryCodes.codeHash, codeHash)).returning();
      return spent ? String(spent.accountId) : null;
    },

    async holdPublishing(accountId, until, at) {
      await db.batch([
        db
          .prepare(
            `UPDATE accounts SET publishing_held_until = max(coalesce(publishing_held_until, 0), ?1) WHERE id = ?2`,
          )
          .bind(until, Number(accountId)),
        audited(db, at, accountId, "account.recovered"),
      ]);
    },

    async findByEmail(email) {
      const row = await orm.select({ id: accounts.id }).from(accounts).where(eq(accounts.email, email)).get();
      return row ? String(row.id) : null;
    },

    async findAddress(email) {
      const row = await db
        .prepare(
          `SELECT id, email_verified_at IS NOT NULL AS is_verified,
             EXISTS (SELECT 1 FROM passkeys WHERE account_id = accounts.id) AS has_passkey
           FROM accounts WHERE email = ?`,
        )
        .bind(email)
        .first<{ id: number; is_verified: number; has_passkey: number }>();
      if (row === null) return null;
      return { accountId: String(row.id), isVerified: row.is_verified === 1, hasPasskey: row.has_passkey === 1 };
    },

    async findGithub(githubId) {
      const row = await orm.select().from(githubIdentities).where(eq(githubIdentities.githubId, githubId)).get();
      return row ? String(row.accountId) : null;
    },

    async linkGithub(githubId, login, accountId, at) {
      const [linked] = await db.batch([
        db
          .prepare(
            `INSERT INTO github_identities (github_id, account_id, login, created_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING`,
          )
          .bind(githubId, Number(accountId), login, at),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
             SELECT ?1, 'account', ?2, 'github.linked', 'account', ?2 WHERE changes() = 1`,
          )
          .bind(at, accountId),
      ]);
      return linked?.meta.changes === 1;
    },

    async signUp(name, email, at) {
      const [made] = await db.batch<{ id: number }>([
        db
          .prepare(
            `INSERT INTO accounts (name, email, email_verified_at, created_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT DO NOTHING RETURNING id`,
          )
          .bind(name, email, at),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
             SELECT ?1, 'account', CAST(id AS TEXT), 'account.created', 'account', CAST(id AS TEXT)
             FROM accounts WHERE email = ?2 AND changes() = 1`,
          )
          .bind(at, email),
      ]);
      const row = made?.results[0];
      return row ? String(row.id) : null;
    },

    async changeEmail(accountId, email, at) {
      const [changed] = await db.batch([
        db
          .prepare(
            `UPDATE accounts SET email = ?1, email_verified_at = ?2
             WHERE id = ?3 AND NOT EXISTS (SELECT 1 FROM accounts WHERE email = ?1 AND id <> ?3)`,
          )
          .bind(email, at, Number(accountId)),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
             SELECT ?1, 'account', ?2, 'email.changed', 'account', ?2 WHERE changes() = 1`,
          )
          .bind(at, accountId),
      ]);
      return changed?.meta.changes === 1;
    },

    async ownersAround(accountId) {
      const { results } = await db
        .prepare(
          `SELECT DISTINCT a.email FROM accounts a WHERE a.email IS NOT NULL AND (a.id = ?1 OR EXISTS (
             SELECT 1 FROM publisher_members mine JOIN publisher_members theirs ON theirs.publisher_id = mine.publisher_id
             WHERE mine.account_id = ?1 AND theirs.role = 'owner' AND theirs.account_id = a.id))`,
        )
        .bind(Number(accountId))
        .all<{ email: string }>();
      return results.map(({ email }) => email);
    },
  };
}

function audited(db: D1Database, at: number, accountId: string, action: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id) VALUES (?1, 'account', ?2, ?3, 'account', ?2)`,
    )
    .bind(at, accountId, action);
}

const MAIL_PURPOSE = "mail.body";

/** The outbox of a marketplace without a mail service: bodies are sealed, for they carry links that sign people in. */
export function createMailOutbox(db: D1Database, vault: Vault, clock: { now(): number }): Mail {
  const orm = drizzle(db);
  return {
    async send({ to, subject, body }) {
      const uuid = crypto.randomUUID();
      await orm.insert(mails).values({
        uuid,
        recipient: to,
        subject,
        bodySealed: await vault.seal(MAIL_PURPOSE, uuid, body),
        createdAt: Math.floor(clock.now() / 1000),
      });
    },
    async waiting(limit) {
      const rows = await orm.select().from(mails).orderBy(desc(mails.id)).limit(limit);
      return Promise.all(
        rows.map(async (row) => ({
          to: row.recipient,
          subject: row.subject,
          body: await vault.open(MAIL_PURPOSE, row.uuid, row.bodySealed),
          at: row.createdAt,
        })),
      );
    },
  };
}
