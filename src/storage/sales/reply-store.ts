import type { KeptReply, ReplyStore } from "../../market/sales/ports.ts";

const COLUMNS = "request_hash, status, body";

/** Replies under idempotency keys on D1: the same table that activations keep theirs in. */
export function createReplyStore(db: D1Database): ReplyStore {
  return {
    async claim(scope, key, requestHash, now, expiresAt) {
      const [, taken, there] = await db.batch<Row>([
        db
          .prepare("DELETE FROM idempotency_keys WHERE scope = ?1 AND key = ?2 AND expires_at <= ?3")
          .bind(scope, key, now),
        db
          .prepare(
            `INSERT INTO idempotency_keys (scope, key, request_hash, status, body, expires_at) VALUES (?1, ?2, ?3, 0, '', ?4)
            ON CONFLICT DO NOTHING`,
          )
          .bind(scope, key, requestHash, expiresAt),
        db.prepare(`SELECT ${COLUMNS} FROM idempotency_keys WHERE scope = ?1 AND key = ?2`).bind(scope, key),
      ]);
      return taken?.meta.changes === 1 ? "claimed" : keptOf(there?.results[0]);
    },
    async keep(scope, key, { status, body }) {
      const [, there] = await db.batch<Row>([
        db
          .prepare("UPDATE idempotency_keys SET status = ?3, body = ?4 WHERE scope = ?1 AND key = ?2 AND status = 0")
          .bind(scope, key, status, body),
        db.prepare(`SELECT ${COLUMNS} FROM idempotency_keys WHERE scope = ?1 AND key = ?2`).bind(scope, key),
      ]);
      const row = there?.results[0];
      return row === undefined ? { requestHash: "", status, body } : keptOf(row);
    },
    async drop(scope, key) {
      await db
        .prepare("DELETE FROM idempotency_keys WHERE scope = ?1 AND key = ?2 AND status = 0")
        .bind(scope, key)
        .run();
    },
  };
}

interface Row {
  readonly request_hash: string;
  readonly status: number;
  readonly body: string;
}

function keptOf(row: Row | undefined): KeptReply {
  if (row === undefined) throw new Error("a reply that was just kept is gone");
  return { requestHash: row.request_hash, status: row.status, body: row.body };
}
