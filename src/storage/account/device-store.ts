import { and, eq, gt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { DeviceStore } from "../../market/account/people-ports.ts";
import { deviceCodes } from "./session-schema.ts";

export function createDeviceStore(db: D1Database): DeviceStore {
  const orm = drizzle(db);
  return {
    async ask({ scopes, ...request }) {
      await orm.insert(deviceCodes).values({ ...request, scopes: JSON.stringify(scopes) });
    },

    async findByUserCode(userCodeHash, now) {
      const row = await orm
        .select()
        .from(deviceCodes)
        .where(
          and(
            eq(deviceCodes.userCodeHash, userCodeHash),
            eq(deviceCodes.state, "pending"),
            gt(deviceCodes.expiresAt, now),
          ),
        )
        .get();
      if (row === undefined) return null;
      const { client, address, createdAt, expiresAt } = row;
      return { client, address, createdAt, expiresAt, scopes: JSON.parse(row.scopes) as string[] };
    },

    async decide(userCodeHash, accountId, scopes, now) {
      const { meta } = await db
        .prepare(
          `UPDATE device_codes SET state = ?1, account_id = ?2, scopes = coalesce(?3, scopes)
           WHERE user_code_hash = ?4 AND state = 'pending' AND expires_at > ?5`,
        )
        .bind(
          scopes === null ? "denied" : "approved",
          Number(accountId),
          scopes === null ? null : JSON.stringify(scopes),
          userCodeHash,
          now,
        )
        .run();
      return meta.changes === 1;
    },

    async poll(deviceHash, now) {
      const row = await db
        .prepare(
          `UPDATE device_codes SET poll_before = polled_at, polled_at = ?1 WHERE device_hash = ?2
           RETURNING client, scopes, address, state, created_at, expires_at, poll_before,
             coalesce((SELECT is_operator FROM accounts WHERE id = account_id), 0) AS is_operator`,
        )
        .bind(now, deviceHash)
        .first<{
          client: string;
          scopes: string;
          address: string | null;
          state: "pending" | "approved" | "denied";
          created_at: number;
          expires_at: number;
          poll_before: number | null;
          is_operator: number;
        }>();
      if (row === null) return null;
      return {
        client: row.client,
        scopes: JSON.parse(row.scopes) as string[],
        address: row.address,
        state: row.state,
        createdAt: row.created_at,
        expiresAt: row.expires_at,
        pollBefore: row.poll_before,
        isOperator: row.is_operator === 1,
      };
    },

    async redeem(deviceHash, token, max, now) {
      const [made] = await db.batch([
        db
          .prepare(
            `INSERT INTO tokens (account_id, kind, hash, hint, name, scopes, created_at, expires_at)
             SELECT a.id, ?1, ?2, ?3, ?4, d.scopes, ?5, ?6 FROM device_codes d JOIN accounts a ON a.id = d.account_id
             WHERE d.device_hash = ?7 AND d.state = 'approved' AND d.expires_at > ?5 AND a.state = 'active'
               AND (SELECT count(*) FROM tokens o WHERE o.account_id = a.id AND o.revoked_at IS NULL AND o.expires_at > ?5) < ?8`,
          )
          .bind(token.kind, token.hash, token.hint, token.name, now, token.expiresAt, deviceHash, max),
        db
          .prepare(
            `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
             SELECT ?1, 'account', CAST(account_id AS TEXT), 'token.created', 'token', CAST(id AS TEXT),
               json_object('kind', kind, 'scopes', json(scopes), 'by', 'device')
             FROM tokens WHERE hash = ?2`,
          )
          .bind(now, token.hash),
        db
          .prepare(`DELETE FROM device_codes WHERE device_hash = ?1 AND EXISTS (SELECT 1 FROM tokens WHERE hash = ?2)`)
          .bind(deviceHash, token.hash),
      ]);
      return made?.meta.changes === 1;
    },
  };
}
