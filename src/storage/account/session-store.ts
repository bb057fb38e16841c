import { and, desc, eq, gt, max, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { NewSession, SessionStore, StoredSession } from "../../market/account/session-ports.ts";
import { accounts } from "./schema.ts";
import { sessions, signIns } from "./session-schema.ts";

export function createSessionStore(db: D1Database): SessionStore {
  const orm = drizzle(db);
  return {
    async find(idHash, now) {
      const row = await orm
        .select({
          idHash: sessions.idHash,
          accountId: sessions.accountId,
          method: sessions.method,
          createdAt: sessions.createdAt,
          seenAt: sessions.seenAt,
          expiresAt: sessions.expiresAt,
          provenAt: sessions.provenAt,
          isOperator: accounts.isOperator,
          publishingHeldUntil: accounts.publishingHeldUntil,
        })
        .from(sessions)
        .innerJoin(accounts, eq(accounts.id, sessions.accountId))
        .where(and(eq(sessions.idHash, idHash), gt(sessions.expiresAt, now), eq(accounts.state, "active")))
        .get();
      if (row === undefined) return null;
      return { ...row, accountId: String(row.accountId), isOperator: row.isOperator === 1 } satisfies StoredSession;
    },

    open: (session) => openSession(db, session),

    async replace(oldHash, newHash, provenAt) {
      const { meta } = await db
        .prepare(`UPDATE sessions SET id_hash = ?1, proven_at = ?2 WHERE id_hash = ?3 AND expires_at > ?2`)
        .bind(newHash, provenAt, oldHash)
        .run();
      return meta.changes === 1;
    },

    async renew(idHash, now, expiresAt) {
      await orm.update(sessions).set({ seenAt: now, expiresAt }).where(eq(sessions.idHash, idHash));
    },

    async list(accountId, now) {
      const { accountId: _, ...columns } = listedColumns;
      return await orm
        .select(columns)
        .from(sessions)
        .where(and(eq(sessions.accountId, Number(accountId)), gt(sessions.expiresAt, now)))
        .orderBy(desc(sessions.seenAt), desc(sessions.createdAt));
    },

    async end(accountId, idHash) {
      const ended = await orm
        .delete(sessions)
        .where(and(eq(sessions.idHash, idHash), eq(sessions.accountId, Number(accountId))))
        .returning({ idHash: sessions.idHash });
      return ended.length === 1;
    },

    async endOthers(accountId, exceptHash) {
      const ended = await orm
        .delete(sessions)
        .where(and(eq(sessions.accountId, Number(accountId)), ne(sessions.idHash, exceptHash)))
        .returning({ idHash: sessions.idHash });
      return ended.length;
    },

    async history(accountId, limit) {
      return await orm
        .select({ at: signIns.at, method: signIns.method, address: signIns.address, userAgent: signIns.userAgent })
        .from(signIns)
        .where(eq(signIns.accountId, Number(accountId)))
        .orderBy(desc(signIns.id))
        .limit(limit);
    },

    async sweep(now, historyBefore) {
      await db.batch([
        ...["sessions", "passkey_challenges", "account_links", "device_codes"].map((table) =>
          db.prepare(`DELETE FROM ${table} WHERE expires_at <= ?`).bind(now),
        ),
        db.prepare(`DELETE FROM attempts WHERE span <= ?`).bind(now),
        db.prepare(`DELETE FROM sign_ins WHERE at < ?`).bind(historyBefore),
        db.prepare(`DELETE FROM mails WHERE created_at < ?`).bind(historyBefore),
      ]);
    },

    async lastProof(accountId, now) {
      const row = await orm
        .select({ at: max(sessions.provenAt) })
        .from(sessions)
        .where(and(eq(sessions.accountId, Number(accountId)), gt(sessions.expiresAt, now)))
        .get();
      return row?.at ?? null;
    },
  };
}

const listedColumns = {
  idHash: sessions.idHash,
  accountId: sessions.accountId,
  method: sessions.method,
  address: sessions.address,
  userAgent: sessions.userAgent,
  createdAt: sessions.createdAt,
  seenAt: sessions.seenAt,
  expiresAt: sessions.expiresAt,
  provenAt: sessions.provenAt,
};

async function openSession(db: D1Database, session: NewSession): Promise<boolean> {
  const { idHash, accountId, method, address, userAgent, at, expiresAt, provenAt } = session;
  const [opened] = await db.batch([
    db
      .prepare(
        `INSERT INTO sessions (id_hash, account_id, method, address, user_agent, created_at, seen_at, expires_at, proven_at)
         SELECT ?1, id, ?2, ?3, ?4, ?5, ?5, ?6, ?7 FROM accounts WHERE id = ?8 AND state = 'active'`,
      )
      .bind(idHash, method, address, userAgent, at, expiresAt, provenAt, Number(accountId)),
    db
      .prepare(
        `INSERT INTO sign_ins (account_id, at, method, address, user_agent)
         SELECT account_id, ?1, ?2, ?3, ?4 FROM sessions WHERE id_hash = ?5`,
      )
      .bind(at, method, address, userAgent, idHash),
  ]);
  return opened?.meta.changes === 1;
}
