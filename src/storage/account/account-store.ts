import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AccountStore, CreatedAccount, NewAccount, NewToken, StoredToken } from "../../market/account/ports.ts";
import { accounts, publisherKeys, publisherMembers, publishers } from "./schema.ts";
import { SHARED_INSTANCES } from "./shared-instances.ts";
import { endDerived } from "./token-store.ts";

export function createAccountStore(db: D1Database): AccountStore {
  const orm = drizzle(db);
  return {
    findToken: (hash) => findToken(db, hash),

    async revokeToken(hash, at, audit) {
      await db.batch([
        db.prepare(`UPDATE tokens SET revoked_at = ? WHERE hash = ? AND revoked_at IS NULL`).bind(at, hash),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
             SELECT ?, ?, ?, ?, ?, CAST(id AS TEXT) FROM tokens WHERE hash = ? AND changes() = 1`,
          )
          .bind(at, audit.actorKind, audit.actorId, audit.action, audit.subjectKind, hash),
        endDerived(db, "SELECT id FROM tokens WHERE hash = ?1", hash, at),
      ]);
    },

    createFirstOperator: (account, token, at) => createFirstOperator(db, account, token, at),
    createAccount: (account, at) => createAccount(db, account, at),

    async findAccount(accountId) {
      const row = await orm
        .select()
        .from(accounts)
        .where(and(eq(accounts.id, Number(accountId)), eq(accounts.state, "active")))
        .get();
      return row ? { id: String(row.id), name: row.name, email: row.email, isOperator: row.isOperator === 1 } : null;
    },

    async memberships(accountId) {
      const rows = await orm
        .select({
          id: publishers.id,
          handle: publishers.handle,
          displayName: publishers.displayName,
          role: publisherMembers.role,
        })
        .from(publisherMembers)
        .innerJoin(publishers, eq(publishers.id, publisherMembers.publisherId))
        .where(eq(publisherMembers.accountId, Number(accountId)))
        .orderBy(publishers.handle);
      return rows.map((row) => ({ ...row, id: String(row.id) }));
    },

    async findPublisher(handle) {
      const row = await orm.select().from(publishers).where(eq(publishers.handle, handle)).get();
      return row ? { id: String(row.id), handle: row.handle, displayName: row.displayName } : null;
    },

    async publisherKeys(publisherId) {
      return await orm
        .select({
          keyId: publisherKeys.keyId,
          publicKey: publisherKeys.publicKey,
          state: publisherKeys.state,
          createdAt: publisherKeys.createdAt,
        })
        .from(publisherKeys)
        .where(eq(publisherKeys.publisherId, Number(publisherId)))
        .orderBy(publisherKeys.createdAt, publisherKeys.keyId);
    },

    async enrollKey(enrolment, at) {
      const { accountId, publisherId, keyId, publicKey, nonceHash } = enrolment;
      // The nonce is spent only together with the key it proves; the insert reads it, the delete takes it away.
      const [inserted] = await db.batch<{ key_id: string }>([
        db
          .prepare(
            `INSERT INTO publisher_keys (key_id, publisher_id, public_key, state, account_id, created_at)
             SELECT ?1, n.publisher_id, ?2, 'active', n.account_id, ?3 FROM key_nonces n
             WHERE n.nonce_hash = ?4 AND n.publisher_id = ?5 AND n.account_id = ?6 AND n.expires_at > ?3
               AND n.public_key IS NULL
             ON CONFLICT (key_id) DO NOTHING RETURNING key_id`,
          )
          .bind(keyId, publicKey, at, nonceHash, Number(publisherId), Number(accountId)),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             SELECT ?1, 'account', ?2, 'key.added', 'publisher', ?3, json_object('keyId', ?4) FROM key_nonces n
             WHERE n.nonce_hash = ?5 AND n.publisher_id = ?6 AND n.account_id = ?7 AND n.expires_at > ?1
               AND EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?4 AND publisher_id = n.publisher_id AND created_at = ?1)`,
          )
          .bind(at, accountId, publisherId, keyId, nonceHash, Number(publisherId), Number(accountId)),
        db
          .prepare(
            `DELETE FROM key_nonces WHERE nonce_hash = ?1 AND publisher_id = ?2 AND account_id = ?3
               AND EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?4 AND publisher_id = ?2)`,
          )
          .bind(nonceHash, Number(publisherId), Number(accountId), keyId),
      ]);
      if (inserted?.results.length === 1) return "enrolled";
      const known = await orm.select().from(publisherKeys).where(eq(publisherKeys.keyId, keyId)).get();
      return known ? "key_reused" : "key_proof_expired";
    },
  };
}

async function findToken(db: D1Database, hash: string): Promise<StoredToken | null> {
  const row = await db
    .prepare(
      `SELECT t.id, t.account_id, t.kind, t.scopes, t.plugins, t.ip_ranges, t.expires_at, t.revoked_at, t.hint,
              a.is_operator, a.state, a.publishing_held_until,
              ${SHARED_INSTANCES} AS shared_instances
       FROM tokens t JOIN accounts a ON a.id = t.account_id WHERE t.hash = ?`,
    )
    .bind(hash)
    .first<{
      id: number;
      account_id: number;
      kind: StoredToken["kind"];
      scopes: string;
      plugins: string | null;
      ip_ranges: string | null;
      expires_at: number;
      revoked_at: number | null;
      hint: string;
      is_operator: number;
      state: string;
      publishing_held_until: number | null;
      shared_instances: string;
    }>();
  if (row === null) return null;
  return {
    id: String(row.id),
    accountId: String(row.account_id),
    isOperator: row.is_operator === 1,
    isAccountActive: row.state === "active",
    publishingHeldUntil: row.publishing_held_until,
    sharedInstances: JSON.parse(row.shared_instances) as string[],
    kind: row.kind,
    scopes: JSON.parse(row.scopes) as string[],
    plugins: row.plugins === null ? null : (JSON.parse(row.plugins) as string[]),
    ipRanges: row.ip_ranges === null ? null : (JSON.parse(row.ip_ranges) as string[]),
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    hint: row.hint,
  };
}

async function createFirstOperator(
  db: D1Database,
  account: { readonly name: string },
  token: NewToken,
  at: number,
): Promise<string | null> {
  // The partial unique index lets one such account exist; the token goes to it only while it has none.
  const [, made] = await db.batch<{ account_id: number }>([
    db
      .prepare(
        `INSERT INTO accounts (name, is_operator, created_at) SELECT ?, 1, ?
         WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE is_operator = 1) ON CONFLICT DO NOTHING`,
      )
      .bind(account.name, at),
    db
      .prepare(
        `INSERT INTO tokens (account_id, kind, hash, hint, name, scopes, created_at, expires_at)
         SELECT a.id, ?, ?, ?, ?, ?, ?, ? FROM accounts a
         WHERE a.is_operator = 1 AND a.email IS NULL AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.account_id = a.id)
         RETURNING account_id`,
      )
      .bind(token.kind, token.hash, token.hint, token.name, JSON.stringify(token.scopes), at, token.expiresAt),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?, 'system', 'setup', 'account.created', 'account', CAST(account_id AS TEXT) FROM tokens WHERE hash = ?`,
      )
      .bind(at, token.hash),
  ]);
  const row = made?.results[0];
  return row ? String(row.account_id) : null;
}

async function createAccount(
  db: D1Database,
  account: NewAccount,
  at: number,
): Promise<CreatedAccount | "email_taken" | "handle_taken"> {
  const { email, publisher, token } = account;
  const statements = [
    db
      .prepare(`INSERT INTO accounts (name, email, created_at) VALUES (?, ?, ?) RETURNING id`)
      .bind(account.name, email, at),
    db
      .prepare(
        `INSERT INTO tokens (account_id, kind, hash, hint, name, scopes, created_at, expires_at)
         SELECT id, ?, ?, ?, ?, ?, ?, ? FROM accounts WHERE email = ?`,
      )
      .bind(token.kind, token.hash, token.hint, token.name, JSON.stringify(token.scopes), at, token.expiresAt, email),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id)
         SELECT ?, 'account', ?, 'account.created', 'account', CAST(id AS TEXT) FROM accounts WHERE email = ?`,
      )
      .bind(at, account.by, email),
  ];
  if (publisher !== undefined) {
    statements.push(
      db
        .prepare(`INSERT INTO publishers (handle, display_name, created_at) VALUES (?, ?, ?) RETURNING id`)
        .bind(publisher.handle, publisher.displayName, at),
      db
        .prepare(
          `INSERT INTO publisher_members (publisher_id, account_id, role, created_at)
           SELECT p.id, a.id, 'owner', ? FROM publishers p, accounts a WHERE p.handle = ? AND a.email = ?`,
        )
        .bind(at, publisher.handle, email),
      db
        .prepare(
          `INSERT INTO key_nonces (nonce_hash, account_id, publisher_id, expires_at)
           SELECT ?, a.id, p.id, ? FROM publishers p, accounts a WHERE p.handle = ? AND a.email = ?`,
        )
        .bind(publisher.nonceHash, publisher.nonceExpiresAt, publisher.handle, email),
    );
  }
  try {
    const results = await db.batch<{ id: number }>(statements);
    const made = (index: number) => String(results[index]?.results[0]?.id);
    return { accountId: made(0), publisherId: publisher ? made(3) : null };
  } catch (error) {
    // Nothing was written. Which unique name was it? Asked of the tables, not of the message.
    if (await exists(db, `SELECT 1 FROM accounts WHERE email = ?`, email)) return "email_taken";
    if (publisher && (await exists(db, `SELECT 1 FROM publishers WHERE handle = ?`, publisher.handle)))
      return "handle_taken";
    throw error;
  }
}

async function exists(db: D1Database, sql: string, value: string): Promise<boolean> {
  return (await db.prepare(sql).bind(value).first()) !== null;
}
