import type { DeskAct, ModerationStore } from "../../market/moderation/ports.ts";
import { type AuditRow, entryOf } from "./audit-row.ts";

type Acts = Pick<ModerationStore, "unsealed" | "seal" | "acts">;
type ActRow = AuditRow & { readonly number: number; readonly chain: string | null };

const ACT = `SELECT c.number, c.chain, a.at, a.actor_kind, a.actor_id, a.action, a.subject_kind, a.subject_id, a.data
  FROM desk_chain c JOIN audit a ON a.id = c.audit_id`;

/** The chained record of the desk; which rows belong to it is decided by a trigger on the audit. */
export function actsOnD1(db: D1Database): Acts {
  return {
    async unsealed(limit) {
      const [last, acts] = await db.batch<Record<string, never>>([
        db.prepare("SELECT chain FROM desk_chain WHERE chain IS NOT NULL ORDER BY number DESC LIMIT 1"),
        db.prepare(`${ACT} WHERE c.chain IS NULL ORDER BY c.number LIMIT ?`).bind(limit),
      ]);
      const row = last?.results[0] as { chain: string } | undefined;
      return { last: row?.chain ?? null, acts: (acts?.results ?? []).map((act) => actOf(act as unknown as ActRow)) };
    },
    async seal(number, chain, previous) {
      const sealed = await db
        .prepare(
          `UPDATE desk_chain SET chain = ?2 WHERE number = ?1 AND chain IS NULL
             AND (SELECT p.chain FROM desk_chain p WHERE p.number < ?1 ORDER BY p.number DESC LIMIT 1) IS ?3 RETURNING number`,
        )
        .bind(number, chain, previous)
        .first();
      return sealed !== null;
    },
    async acts(from, limit) {
      const { results } = await db
        .prepare(`${ACT} WHERE c.number >= ? ORDER BY c.number LIMIT ?`)
        .bind(from, limit)
        .all<ActRow>();
      return results.map(actOf);
    },
  };
}

function actOf(row: ActRow): DeskAct {
  return { number: row.number, chain: row.chain, ...entryOf(row) };
}
