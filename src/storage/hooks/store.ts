import type { Json } from "../../domain/json/json.ts";
import {
  type ClaimedHookDelivery,
  HOOK_SECRET,
  type Hook,
  type HookDelivery,
  type HookStore,
} from "../../market/hooks/ports.ts";
import type { SqlRow } from "../sql-row.ts";
import type { hookDeliveries, hooks } from "./schema.ts";

type HookRow = SqlRow<typeof hooks> & { readonly handle: string | null };
type DeliveryRow = SqlRow<typeof hookDeliveries>;

const HOOK =
  "SELECT h.*, b.handle FROM hooks h LEFT JOIN publishers b ON b.id = h.publisher_id WHERE h.removed_at IS NULL";

/** Hooks and what they are owed, on D1; the rows of deliveries are written by triggers. */
export function hooksOnD1(db: D1Database): HookStore {
  const run = async (sql: string, ...values: (string | number | null)[]): Promise<void> => {
    await db
      .prepare(sql)
      .bind(...values)
      .run();
  };
  return {
    async add({ publisherId, accountId, url, events, secretRow, secretSealed }, max, at) {
      const publisher = publisherId === null ? null : Number(publisherId);
      const row = await db
        .prepare(
          `INSERT INTO hooks (publisher_id, account_id, url, events, secret_row, secret_sealed, created_at)
           SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
           WHERE (SELECT count(*) FROM hooks WHERE publisher_id IS ?1 AND removed_at IS NULL) < ?8 RETURNING id`,
        )
        .bind(publisher, Number(accountId), url, JSON.stringify(events), secretRow, secretSealed, at, max)
        .first<{ id: number }>();
      return row === null ? null : String(row.id);
    },
    async find(hookId) {
      const row = await db.prepare(`${HOOK} AND h.id = ?`).bind(Number(hookId)).first<HookRow>();
      return row === null ? null : hookOf(row);
    },
    async list(publisherIds, isOperator) {
      const { results } = await db
        .prepare(
          `${HOOK} AND (h.publisher_id IN (SELECT value FROM json_each(?1)) OR (h.publisher_id IS NULL AND ?2 = 1)) ORDER BY h.id`,
        )
        .bind(JSON.stringify(publisherIds.map(Number)), isOperator ? 1 : 0)
        .all<HookRow>();
      return results.map(hookOf);
    },
    change: (hookId, { url, events }) =>
      run(
        "UPDATE hooks SET url = coalesce(?2, url), events = coalesce(?3, events) WHERE id = ?1",
        Number(hookId),
        url ?? null,
        events === undefined ? null : JSON.stringify(events),
      ),
    rotate: (hookId, secretRow, secretSealed, previousUntil) =>
      run(
        `UPDATE hooks SET previous_row = secret_row, previous_sealed = secret_sealed, previous_until = ?4, secret_row = ?2,
           secret_sealed = ?3 WHERE id = ?1`,
        Number(hookId),
        secretRow,
        secretSealed,
        previousUntil,
      ),
    resume: (hookId) => run("UPDATE hooks SET paused_at = NULL, failures = 0 WHERE id = ?", Number(hookId)),
    async remove(hookId, at) {
      await db.batch([
        db.prepare("UPDATE hooks SET removed_at = ?2 WHERE id = ?1").bind(Number(hookId), at),
        db
          .prepare("UPDATE hook_deliveries SET state = 'dead' WHERE hook_id = ? AND state IN ('queued', 'sending')")
          .bind(Number(hookId)),
      ]);
    },
    async deliveries(hookId, { before, state }, limit) {
      const { results } = await db
        .prepare(
          `SELECT * FROM hook_deliveries WHERE hook_id = ?1 AND (?2 IS NULL OR sequence < ?2) AND (?3 IS NULL OR state = ?3)
           ORDER BY sequence DESC LIMIT ?4`,
        )
        .bind(Number(hookId), before ?? null, state ?? null, limit)
        .all<DeliveryRow>();
      return results.map(deliveryOf);
    },
    async delivery(hookId, deliveryId) {
      const row = await db
        .prepare("SELECT * FROM hook_deliveries WHERE id = ? AND hook_id = ?")
        .bind(Number(deliveryId), Number(hookId))
        .first<DeliveryRow>();
      return row === null ? null : deliveryOf(row);
    },
    async replay(hookId, which, limit, at) {
      const { results } = await db
        .prepare(
          `UPDATE hook_deliveries SET state = 'queued', attempts = 0, not_before = ?4, delivered_at = NULL
           WHERE id IN (SELECT id FROM hook_deliveries WHERE hook_id = ?1 AND (id = ?2 OR sequence >= ?3)
             ORDER BY sequence LIMIT ?5) RETURNING id`,
        )
        .bind(
          Number(hookId),
          "deliveryId" in which ? Number(which.deliveryId) : null,
          "fromSequence" in which ? which.fromSequence : null,
          at,
          limit,
        )
        .all<{ id: number }>();
      return results
        .map(({ id }) => id)
        .sort((a, b) => a - b)
        .map(String);
    },
    claim: (deliveryId, at, leaseUntil) => claim(db, deliveryId, at, leaseUntil),
    async delivered(deliveryId, status, at) {
      const id = Number(deliveryId);
      await db.batch([
        db
          .prepare(
            "UPDATE hook_deliveries SET state = 'delivered', last_status = ?2, delivered_at = ?3 WHERE id = ?1 AND state = 'sending'",
          )
          .bind(id, status, at),
        db
          .prepare(
            "UPDATE hooks SET failures = 0 WHERE failures > 0 AND id = (SELECT hook_id FROM hook_deliveries WHERE id = ?)",
          )
          .bind(id),
      ]);
    },
    async failed(deliveryId, status, notBefore, maxFailures, at) {
      const id = Number(deliveryId);
      await db.batch([
        db
          .prepare(
            `UPDATE hook_deliveries SET state = iif(?3 IS NULL, 'dead', 'queued'), last_status = ?2,
               not_before = coalesce(?3, not_before) WHERE id = ?1 AND state = 'sending'`,
          )
          .bind(id, status, notBefore),
        db
          .prepare(
            `UPDATE hooks SET failures = failures + 1,
               paused_at = iif(failures + 1 >= ?2, coalesce(paused_at, ?3), paused_at)
             WHERE id = (SELECT hook_id FROM hook_deliveries WHERE id = ?1)`,
          )
          .bind(id, maxFailures, at),
      ]);
    },
    async due(at, limit) {
      const [, due] = await db.batch<{ id: number }>([
        db.prepare("UPDATE hook_deliveries SET state = 'queued' WHERE state = 'sending' AND not_before <= ?").bind(at),
        db
          .prepare(
            `SELECT d.id FROM hook_deliveries d JOIN hooks h ON h.id = d.hook_id AND h.paused_at IS NULL
             WHERE d.state = 'queued' AND d.not_before <= ? ORDER BY d.not_before, d.id LIMIT ?`,
          )
          .bind(at, limit),
      ]);
      return (due?.results ?? []).map(({ id }) => String(id));
    },
  };
}

async function claim(
  db: D1Database,
  deliveryId: string,
  at: number,
  leaseUntil: number,
): Promise<ClaimedHookDelivery | null> {
  const [claimed, hook] = await db.batch([
    db
      .prepare(
        `UPDATE hook_deliveries AS d SET state = 'sending', attempts = attempts + 1, not_before = ?2
         WHERE d.id = ?1 AND d.state = 'queued' AND d.not_before <= ?3 AND EXISTS (SELECT 1 FROM hooks h
           WHERE h.id = d.hook_id AND h.paused_at IS NULL AND h.removed_at IS NULL)
         RETURNING *`,
      )
      .bind(Number(deliveryId), leaseUntil, at),
    db
      .prepare("SELECT h.* FROM hooks h JOIN hook_deliveries d ON d.hook_id = h.id WHERE d.id = ?")
      .bind(Number(deliveryId)),
  ]);
  const row = claimed?.results[0] as DeliveryRow | undefined;
  const owner = hook?.results[0] as SqlRow<typeof hooks> | undefined;
  if (row === undefined || owner === undefined) return null;
  const { previous_row: before, previous_sealed: beforeSealed, previous_until: until } = owner;
  const isRotating = before !== null && beforeSealed !== null && until !== null && until > at;
  return {
    ...deliveryOf(row),
    url: owner.url,
    secrets: [
      { purpose: HOOK_SECRET, row: owner.secret_row, sealed: owner.secret_sealed },
      ...(isRotating ? [{ purpose: HOOK_SECRET, row: before, sealed: beforeSealed }] : []),
    ],
  };
}

function hookOf(row: HookRow): Hook {
  const events: string[] = JSON.parse(row.events);
  return {
    id: String(row.id),
    publisherId: row.publisher_id === null ? null : String(row.publisher_id),
    publisherHandle: row.handle,
    url: row.url,
    events,
    failures: row.failures,
    pausedAt: row.paused_at,
    rotatingUntil: row.previous_until,
    createdAt: row.created_at,
  };
}

function deliveryOf(row: DeliveryRow): HookDelivery {
  const data: { [key: string]: Json } = JSON.parse(row.data);
  return {
    id: String(row.id),
    hookId: String(row.hook_id),
    sequence: row.sequence,
    type: row.type,
    data,
    at: row.at,
    state: row.state,
    attempts: row.attempts,
    notBefore: row.not_before,
    lastStatus: row.last_status,
    deliveredAt: row.delivered_at,
  };
}
