import { BATCH_SECONDS } from "../../domain/license/usage.ts";
import { isoTime } from "../../domain/time.ts";
import type { LicenseSweeper } from "../../market/license/sweep-ports.ts";

const END = "COALESCE(l.grace_until, l.expires_at)";
const COUNTERS_KEPT = 400 * 86_400;

export function createLicenseSweeper(db: D1Database): LicenseSweeper {
  return {
    tellExpiring: (now, within, op, limit) =>
      tell(
        db,
        { column: "expiring_for", kind: "'license.expiring'", until: now + within, isOver: false },
        now,
        op,
        limit,
      ),
    tellExpired: (now, op, limit) =>
      tell(
        db,
        {
          column: "expired_for",
          kind: "iif(l.type = 'trial', 'trial.expired', 'license.expired')",
          until: now,
          isOver: true,
        },
        now,
        op,
        limit,
      ),
    tellLapsed: (now, op, limit) => tellLapsed(db, now, op, limit),
    async dueChanges(now, limit) {
      const { results } = await db
        .prepare(
          `SELECT id FROM licenses WHERE pending_change IS NOT NULL AND json_extract(pending_change, '$.at') <= ?1
          AND state <> 'revoked' LIMIT ?2`,
        )
        .bind(now, limit)
        .all<{ id: number }>();
      return results.map((row) => String(row.id));
    },
    async prune(now) {
      await db.batch([
        db.prepare("DELETE FROM usage_batches WHERE at <= ?1").bind(now - BATCH_SECONDS),
        db.prepare("DELETE FROM idempotency_keys WHERE expires_at <= ?1").bind(now),
        db
          .prepare("DELETE FROM usage_counters WHERE period <> '' AND period < ?1")
          .bind(isoTime(now - COUNTERS_KEPT).slice(0, 7)),
      ]);
    },
  };
}

interface Telling {
  readonly column: "expiring_for" | "expired_for";
  readonly kind: string;
  readonly until: number;
  /** An end that has passed is not told as approaching: it is only marked. */
  readonly isOver: boolean;
}

async function tell(
  db: D1Database,
  { column, kind, until, isOver }: Telling,
  now: number,
  op: string,
  limit: number,
): Promise<readonly string[]> {
  const { results } = await db
    .prepare(
      `SELECT l.id FROM licenses l WHERE l.state = 'active' AND l.${column} IS NOT ${END} AND ${END} <= ?1
      ORDER BY ${END} LIMIT ?2`,
    )
    .bind(until, limit)
    .all<{ id: number }>();
  if (results.length === 0) return [];
  const ids = JSON.stringify(results.map((row) => row.id));
  const told = isOver ? "" : `AND ${END} > ?3`;
  await db.batch([
    db
      .prepare(
        `UPDATE licenses AS l SET ${column} = ${END}, last_op = ?2 WHERE l.id IN (SELECT value FROM json_each(?1))
          AND l.state = 'active' AND l.${column} IS NOT ${END} AND ${END} <= ?3`,
      )
      .bind(ids, op, until),
    db
      .prepare(
        `INSERT INTO license_events (license_id, seq, at, kind, actor, op, data)
        SELECT l.id, (SELECT COALESCE(MAX(e.seq), 0) + 1 FROM license_events e WHERE e.license_id = l.id), CAST(?3 AS INTEGER),
          ${kind}, 'system', ?2, json_object('end', ${END})
        FROM json_each(?1) j JOIN licenses l ON l.id = j.value WHERE l.last_op = ?2 ${told}`,
      )
      .bind(ids, op, now),
    db
      .prepare(
        `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, sequence, not_before, created_at)
        SELECT l.instance_id, 'license.updated', 'license', l.id, e.seq, CAST(?3 AS INTEGER), CAST(?3 AS INTEGER)
        FROM json_each(?1) j JOIN licenses l ON l.id = j.value
        JOIN license_events e ON e.license_id = l.id AND e.op = ?2
          AND e.seq = (SELECT MAX(n.seq) FROM license_events n WHERE n.license_id = l.id)`,
      )
      .bind(ids, op, now),
  ]);
  return results.map((row) => String(row.id));
}

async function tellLapsed(db: D1Database, now: number, op: string, limit: number): Promise<readonly string[]> {
  const { results } = await db
    .prepare(
      `SELECT a.id, a.license_id FROM activations a
      WHERE a.released_at IS NULL AND a.lapsed_for IS NOT a.lease_until AND a.lease_until <= ?1
      ORDER BY a.lease_until LIMIT ?2`,
    )
    .bind(now, limit)
    .all<{ id: string; license_id: number }>();
  if (results.length === 0) return [];
  const ids = JSON.stringify(results.map((row) => row.id));
  const licenses = [...new Set(results.map((row) => row.license_id))];
  const due = "a.released_at IS NULL AND a.lapsed_for IS NOT a.lease_until AND a.lease_until <= ?3";
  await db.batch([
    db
      .prepare(
        `INSERT INTO license_events (license_id, seq, at, kind, activation_id, actor, op, data)
        SELECT a.license_id, (SELECT COALESCE(MAX(e.seq), 0) FROM license_events e WHERE e.license_id = a.license_id)
            + ROW_NUMBER() OVER (PARTITION BY a.license_id ORDER BY a.lease_until, a.id),
          CAST(?3 AS INTEGER), 'activation.lapsed', a.id, 'system', ?2, json_object('end', a.lease_until)
        FROM json_each(?1) j JOIN activations a ON a.id = j.value WHERE ${due}`,
      )
      .bind(ids, op, now),
    db
      .prepare(
        `UPDATE activations AS a SET lapsed_for = lease_until WHERE a.id IN (SELECT value FROM json_each(?1))
          AND a.released_at IS NULL AND a.lease_until <= ?2`,
      )
      .bind(ids, now),
    db
      .prepare(
        `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, sequence, not_before, created_at)
        SELECT l.instance_id, 'license.updated', 'license', l.id, e.seq, e.at, e.at
        FROM json_each(?1) j JOIN licenses l ON l.id = j.value
        JOIN license_events e ON e.license_id = l.id AND e.kind = 'activation.lapsed' AND e.at = ?3 AND e.op = ?2
        ORDER BY l.id, e.seq`,
      )
      .bind(JSON.stringify(licenses), op, now),
  ]);
  return licenses.map(String);
}
