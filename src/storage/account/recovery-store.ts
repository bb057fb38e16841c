import { RECOVERY_LIFE_SECONDS } from "../../domain/trust/recovery.ts";
import type { KeyRecoveryStore } from "../../market/account/recovery-ports.ts";

/** Requests of publishers that lost their keys, on D1: one each. */
export function createRecoveryStore(db: D1Database): KeyRecoveryStore {
  return {
    async find(publisherId) {
      const row = await db
        .prepare("SELECT key_id, public_key, requested_at FROM key_recoveries WHERE publisher_id = ?")
        .bind(Number(publisherId))
        .first<{ key_id: string; public_key: string; requested_at: number }>();
      return row === null ? null : { keyId: row.key_id, publicKey: row.public_key, requestedAt: row.requested_at };
    },

    async open({ publisherId, handle, accountId, keyId, publicKey }, at) {
      const id = Number(publisherId);
      const [opened] = await db.batch<{ publisher_id: number }>([
        db
          .prepare(
            `INSERT INTO key_recoveries (publisher_id, key_id, public_key, account_id, requested_at)
             SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM publisher_keys WHERE key_id = ?2)
             ON CONFLICT (publisher_id) DO UPDATE SET key_id = excluded.key_id, public_key = excluded.public_key,
               account_id = excluded.account_id, requested_at = excluded.requested_at
               WHERE key_recoveries.requested_at <= excluded.requested_at - ${RECOVERY_LIFE_SECONDS}
             RETURNING publisher_id`,
          )
          .bind(id, keyId, publicKey, Number(accountId), at),
        ...records(db, { id, handle, accountId, action: "key.recovery_requested", keyId }, at),
      ]);
      return opened?.results.length === 1;
    },

    async cancel(publisherId, handle, accountId, at) {
      const id = Number(publisherId);
      const [gone] = await db.batch<{ publisher_id: number }>([
        db.prepare("DELETE FROM key_recoveries WHERE publisher_id = ? RETURNING publisher_id").bind(id),
        ...records(db, { id, handle, accountId, action: "key.recovery_canceled", keyId: null }, at),
      ]);
      return gone?.results.length === 1;
    },
  };
}

interface Act {
  readonly id: number;
  readonly handle: string;
  readonly accountId: string;
  readonly action: string;
  readonly keyId: string | null;
}

/** Each only if the statement before it changed its one row. */
function records(db: D1Database, { id, handle, accountId, action, keyId }: Act, at: number): D1PreparedStatement[] {
  const data = JSON.stringify({ keyId });
  return [
    db
      .prepare(
        `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data)
         SELECT ?, 'account', ?, ?, 'publisher', ?, ? WHERE changes() = 1`,
      )
      .bind(at, accountId, action, String(id), data),
    db
      .prepare("INSERT INTO changes (at, kind, subject, data) SELECT ?, ?, ?, ? WHERE changes() = 1")
      .bind(at, `publisher.${action}`, handle, data),
  ];
}
