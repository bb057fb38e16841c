import { and, eq, gt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Role } from "../../domain/account/publisher.ts";
import type { OrganizationStore } from "../../market/account/people-ports.ts";
import { accounts, keyNonces, publisherMembers } from "./schema.ts";
import { accountLinks } from "./session-schema.ts";

/** A condition on the row of `publisher_members` being changed: it is no owner, or not the last one. */
const NOT_LAST_OWNER = `(role <> 'owner' OR (SELECT count(*) FROM publisher_members o WHERE o.publisher_id = ?1 AND o.role = 'owner') > 1)`;

export function createOrganizationStore(db: D1Database): OrganizationStore {
  const orm = drizzle(db);
  return {
    async create(handle, displayName, accountId, at) {
      const [made] = await db.batch<{ id: number }>([
        db
          .prepare(
            `INSERT INTO publishers (handle, display_name, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
          )
          .bind(handle, displayName, at),
        db
          .prepare(
            `INSERT INTO publisher_members (publisher_id, account_id, role, created_at)
             SELECT id, ?1, 'owner', ?2 FROM publishers WHERE handle = ?3 AND changes() = 1`,
          )
          .bind(Number(accountId), at, handle),
      ]);
      const row = made?.results[0];
      return row ? String(row.id) : "handle_taken";
    },

    async members(publisherId) {
      const rows = await orm
        .select({
          accountId: accounts.id,
          name: accounts.name,
          email: accounts.email,
          role: publisherMembers.role,
          since: publisherMembers.createdAt,
        })
        .from(publisherMembers)
        .innerJoin(accounts, eq(accounts.id, publisherMembers.accountId))
        .where(eq(publisherMembers.publisherId, Number(publisherId)))
        .orderBy(publisherMembers.createdAt, accounts.id);
      return rows.map((row) => ({ ...row, accountId: String(row.accountId) }));
    },

    async join(publisherId, accountId, role, at) {
      await db.batch([
        db
          .prepare(
            `INSERT INTO publisher_members (publisher_id, account_id, role, created_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING`,
          )
          .bind(Number(publisherId), Number(accountId), role, at),
        audited(db, at, accountId, "member.joined", publisherId, accountId, role),
      ]);
    },

    async changeRole(publisherId, accountId, role, by, at) {
      const [changed] = await db.batch([
        db
          .prepare(
            `UPDATE publisher_members SET role = ?3 WHERE publisher_id = ?1 AND account_id = ?2
               AND (?3 = 'owner' OR ${NOT_LAST_OWNER})`,
          )
          .bind(Number(publisherId), Number(accountId), role),
        audited(db, at, by, "member.changed", publisherId, accountId, role),
        stopActing(db, publisherId, accountId),
      ]);
      return changed?.meta.changes === 1;
    },

    async remove(publisherId, accountId, by, at) {
      const [removed] = await db.batch([
        db
          .prepare(`DELETE FROM publisher_members WHERE publisher_id = ?1 AND account_id = ?2 AND ${NOT_LAST_OWNER}`)
          .bind(Number(publisherId), Number(accountId)),
        audited(db, at, by, "member.removed", publisherId, accountId, null),
        stopActing(db, publisherId, accountId),
      ]);
      return removed?.meta.changes === 1;
    },

    async offerFirstKey(nonceHash, publisherId, accountId, expiresAt) {
      await orm
        .insert(keyNonces)
        .values({ nonceHash, publisherId: Number(publisherId), accountId: Number(accountId), expiresAt });
    },

    async invitations(publisherId, now) {
      const rows = await orm
        .select({
          codeHash: accountLinks.codeHash,
          email: accountLinks.email,
          role: accountLinks.role,
          expiresAt: accountLinks.expiresAt,
        })
        .from(accountLinks)
        .where(and(eq(accountLinks.publisherId, Number(publisherId)), gt(accountLinks.expiresAt, now)))
        .orderBy(accountLinks.createdAt);
      return rows.map((row) => ({ ...row, email: row.email as string, role: row.role as Role }));
    },

    async withdraw(publisherId, codeHash) {
      const gone = await orm
        .delete(accountLinks)
        .where(and(eq(accountLinks.codeHash, codeHash), eq(accountLinks.publisherId, Number(publisherId))))
        .returning({ codeHash: accountLinks.codeHash });
      return gone.length === 1;
    },
  };
}

/** Instances of somebody who may no longer act for the organization stop acting for it. */
function stopActing(db: D1Database, publisherId: string, accountId: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE instances SET publisher_id = NULL WHERE publisher_id = ?1 AND account_id = ?2 AND NOT EXISTS (
         SELECT 1 FROM publisher_members WHERE publisher_id = ?1 AND account_id = ?2 AND role IN ('owner', 'maintainer'))`,
    )
    .bind(Number(publisherId), Number(accountId));
}

/** Written only if the statement before it in the batch changed a row. */
function audited(
  db: D1Database,
  at: number,
  by: string,
  action: string,
  publisherId: string,
  accountId: string,
  role: Role | null,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
       SELECT ?1, 'account', ?2, ?3, 'publisher', ?4, json_object('account', ?5, 'role', ?6) WHERE changes() = 1`,
    )
    .bind(at, by, action, publisherId, accountId, role);
}
