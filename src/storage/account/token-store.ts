import { and, desc, eq, gt, isNull } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { DerivedToken, TokenStore } from "../../market/account/ports.ts";
import { tokens } from "./schema.ts";

export function createTokenStore(db: D1Database): TokenStore {
  return {
    async list(accountId, at) {
      const rows = await drizzle(db)
        .select({
          id: tokens.id,
          kind: tokens.kind,
          name: tokens.name,
          hint: tokens.hint,
          scopes: tokens.scopes,
          plugins: tokens.plugins,
          ipRanges: tokens.ipRanges,
          createdAt: tokens.createdAt,
          expiresAt: tokens.expiresAt,
        })
        .from(tokens)
        .where(and(eq(tokens.accountId, Number(accountId)), isNull(tokens.revokedAt), gt(tokens.expiresAt, at)))
        .orderBy(desc(tokens.id));
      return rows.map((row) => ({
        ...row,
        id: String(row.id),
        scopes: JSON.parse(row.scopes),
        plugins: row.plugins === null ? null : JSON.parse(row.plugins),
        ipRanges: row.ipRanges === null ? null : JSON.parse(row.ipRanges),
      }));
    },
    create: (token, max, at) => insertToken(db, token, max, at),
    revoke: (accountId, tokenId, by, at) => revokeOwn(db, accountId, tokenId, by, at),
  };
}

/** Ends every living token that was made, directly or not, with those the query names; `?1` is its parameter. */
export function endDerived(db: D1Database, query: string, value: string | number, at: number): D1PreparedStatement {
  return db
    .prepare(
      `WITH RECURSIVE made (id) AS (
         SELECT id FROM tokens WHERE parent_id IN (${query})
         UNION SELECT t.id FROM tokens t JOIN made m ON t.parent_id = m.id)
       UPDATE tokens SET revoked_at = ?2 WHERE revoked_at IS NULL AND id IN (SELECT id FROM made)`,
    )
    .bind(value, at);
}

const LIVING_ACCOUNT = `EXISTS (SELECT 1 FROM accounts WHERE id = ?11 AND state = 'active')`;
const LIVING_PARENT = `EXISTS (SELECT 1 FROM tokens p WHERE p.id = ?10 AND p.account_id = ?11
  AND p.revoked_at IS NULL AND p.expires_at > ?8 AND p.expires_at >= ?9)`;

/** Parent or account must be alive at the moment of writing: a revocation that comes first leaves nothing behind. */
async function insertToken(db: D1Database, token: DerivedToken, max: number, at: number): Promise<string | null> {
  const [made] = await db.batch<{ id: number }>([
    db
      .prepare(
        `INSERT INTO tokens (account_id, kind, hash, hint, name, scopes, plugins, ip_ranges, created_at, expires_at, parent_id)
         SELECT ?11, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
         WHERE ${token.parentId === null ? LIVING_ACCOUNT : LIVING_PARENT}
           AND (SELECT count(*) FROM tokens o WHERE o.account_id = ?11 AND o.revoked_at IS NULL AND o.expires_at > ?8) < ?12
         RETURNING id`,
      )
      .bind(
        token.kind,
        token.hash,
        token.hint,
        token.name,
        JSON.stringify(token.scopes),
        token.plugins === null ? null : JSON.stringify(token.plugins),
        token.ipRanges === null ? null : JSON.stringify(token.ipRanges),
        at,
        token.expiresAt,
        token.parentId === null ? null : Number(token.parentId),
        Number(token.accountId),
        max,
      ),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, 'token.created', 'token', CAST(id AS TEXT),
           json_object('kind', kind, 'scopes', json(scopes), 'parent', parent_id)
         FROM tokens WHERE hash = ?3 AND changes() = 1`,
      )
      .bind(at, token.accountId, token.hash),
  ]);
  const row = made?.results[0];
  return row ? String(row.id) : null;
}

async function revokeOwn(db: D1Database, accountId: string, tokenId: string, by: string, at: number): Promise<boolean> {
  const id = Number(tokenId);
  const [revoked] = await db.batch<{ id: number }>([
    db
      .prepare(
        `UPDATE tokens SET revoked_at = ?1
         WHERE id = ?2 AND account_id = ?3 AND revoked_at IS NULL AND expires_at > ?1 RETURNING id`,
      )
      .bind(at, id, Number(accountId)),
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?1, 'account', ?2, 'token.revoked', 'token', CAST(id AS TEXT), json_object('with', ?3)
         FROM tokens WHERE id = ?4 AND changes() = 1`,
      )
      .bind(at, accountId, by, id),
    endDerived(
      db,
      `SELECT id FROM tokens WHERE id = ?1 AND account_id = ${Number(accountId)} AND revoked_at = ?2`,
      id,
      at,
    ),
  ]);
  return (revoked?.results.length ?? 0) === 1;
}
