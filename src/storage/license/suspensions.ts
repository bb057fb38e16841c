import type { SuspensionStore } from "../../market/license/suspension-ports.ts";
import { auditStatement } from "../account/audit.ts";

const TABLE = { instance: "instances", account: "accounts" } as const;
const CONCERNED = {
  instance: "SELECT id, api_key FROM instances WHERE id = ?1",
  account: "SELECT id, api_key FROM instances WHERE account_id = ?1",
} as const;

/** States of instances and accounts on D1. */
export function createSuspensionStore(db: D1Database): SuspensionStore {
  return {
    async set(kind, id, state, entry, now) {
      const table = TABLE[kind];
      const guard = kind === "account" ? "AND NOT is_operator" : "";
      const found = await db
        .prepare(`SELECT state FROM ${table} WHERE id = ?1 ${guard}`)
        .bind(Number(id))
        .first<{ state: string }>();
      if (found === null) return null;
      if (found.state !== state)
        await db.batch([
          db.prepare(`UPDATE ${table} SET state = ?2 WHERE id = ?1 ${guard}`).bind(Number(id), state),
          auditStatement(db, entry, now),
        ]);
      const { results } = await db.prepare(CONCERNED[kind]).bind(Number(id)).all<{ id: number; api_key: string }>();
      return results.map((row) => ({ instanceId: String(row.id), apiKey: row.api_key }));
    },
  };
}
