import { and, desc, eq, gt, max, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { NewSession, SessionStore, StoredSession } from "../../market/account/session-ports.ts";
import type { SqlRow } from "../sql-row.ts";
import { sessions, signIns } from "./session-schema.ts";
import { SHARED_INSTANCES } from "./shared-instances.ts";

export function createSessionStore(db: D1Database): SessionStore {
  const orm = drizzle(db);
  return {
    find: (idHash, now) => findSession(db, idHash, now),

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

async function findSession(db: D1Database, idHash: string, now: number): Promise<StoredSession | null> {
  const row = await db
    .prepare(
      `SELECT s.account_id, s.method, s.created_at, s.seen_at, s.expires_at, s.proven_at, a.is_operator,
              a.publishing_held_until, ${SHARED_INSTANCES} AS shared_instances
       FROM sessions s JOIN accounts a ON a.id = s.account_id
       WHERE s.id_hash = ? AND s.expires_at > ? AND a.state = 'active'`,
    )
    .bind(idHash, now)
    .first<
      Omit<SqlRow<typeof sessions>, "id_hash" | "address" | "user_agent"> & {
        is_operator: number;
        publishing_held_until: number | null;
        shared_instances: string;
      }
    >();
  if (row === null) return null;
  return {
    idHash,
    accountId: String(row.account_id),
    method: row.method,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    provenAt: row.proven_at,
    isOperator: row.is_operator === 1,
    publishingHeldUntil: row.publishing_held_until,
    sharedInstances: JSON.parse(row.shared_instances) as string[],
  };
}

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
