import { BATCH_SECONDS, isGauge, periodOf, THRESHOLDS } from "../../domain/license/usage.ts";
import type { Actor } from "../../market/license/ports.ts";
import type { Metered, Reserved, UsageLine, UsageOrder, UsageStore } from "../../market/license/usage-ports.ts";
import { appendWebhook } from "./append-event.ts";

/**
 * All items or none: the quota stands in the condition of the one statement that counts.
 * ?1 license, ?2 items as JSON [[metric, units, period, is gauge]], ?3 op, ?4 batch, ?5 now
 */
const COUNT = `INSERT INTO usage_counters (license_id, metric, period, used, last_op, last_add)
  WITH w AS MATERIALIZED (
    SELECT m.metric, m.cap, json_extract(j.value, '$[1]') AS units, json_extract(j.value, '$[2]') AS period,
      json_extract(j.value, '$[3]') AS gauge, COALESCE(c.used, 0) AS used
    FROM json_each(?2) j JOIN license_limits m ON m.license_id = ?1 AND m.metric = json_extract(j.value, '$[0]')
    LEFT JOIN usage_counters c ON c.license_id = ?1 AND c.metric = m.metric AND c.period = json_extract(j.value, '$[2]'))
  SELECT ?1, w.metric, w.period, w.units, ?3, iif(w.gauge, w.units - w.used, w.units) FROM w
  WHERE NOT EXISTS (SELECT 1 FROM w x WHERE x.cap <> -1
      AND iif(x.gauge, x.units > x.cap AND x.units > x.used, x.used + x.units > x.cap))
    AND (SELECT COUNT(*) FROM w) = json_array_length(?2)
    AND NOT EXISTS (SELECT 1 FROM usage_batches b WHERE b.license_id = ?1 AND b.batch_id = ?4 AND b.at > ?5 - ${BATCH_SECONDS})
  ON CONFLICT (license_id, metric, period) DO UPDATE SET
    used = iif(period = '', excluded.used, used + excluded.used), last_op = excluded.last_op, last_add = excluded.last_add
  RETURNING metric`;

/** ?1 license, ?2 metric, ?3 period, ?4 wanted, ?5 op */
const RESERVE = `INSERT INTO usage_counters (license_id, metric, period, used, last_op, last_add)
  SELECT ?1, b.metric, ?3, b.units, ?5, b.units FROM (
    SELECT m.metric, CAST(iif(m.cap = -1, ?4, MIN(?4, MAX(1, m.cap / 100), m.cap - COALESCE(c.used, 0))) AS INTEGER) AS units
    FROM license_limits m LEFT JOIN usage_counters c ON c.license_id = m.license_id AND c.metric = m.metric AND c.period = ?3
    WHERE m.license_id = ?1 AND m.metric = ?2) b
  WHERE b.units > 0
  ON CONFLICT (license_id, metric, period) DO UPDATE SET
    used = used + excluded.used, last_op = excluded.last_op, last_add = excluded.last_add
  RETURNING last_add`;

const LINES = `SELECT m.metric, m.cap, COALESCE(c.used, 0) AS used FROM license_limits m
  LEFT JOIN usage_counters c ON c.license_id = m.license_id AND c.metric = m.metric
    AND c.period = iif(m.metric IN ('storage', 'users'), '', ?2)
  WHERE m.license_id = ?1 ORDER BY m.metric`;

type LineRow = { readonly metric: string; readonly cap: number; readonly used: number };

/** Metering on D1. */
export function createUsageStore(db: D1Database): UsageStore {
  return {
    count: (order) => count(db, order),
    lines: (licenseId, now) => readLines(db, licenseId, now),
    reserve: (licenseId, metric, wanted, op, now) => reserve(db, licenseId, metric, wanted, op, now),
    async giveBack(licenseId, metric, period, units) {
      await db
        .prepare(
          `UPDATE usage_counters SET used = MAX(0, used - CAST(?4 AS INTEGER))
          WHERE license_id = ?1 AND metric = ?2 AND period = ?3`,
        )
        .bind(Number(licenseId), metric, period, units)
        .run();
    },
  };
}

async function count(db: D1Database, order: UsageOrder): Promise<Metered> {
  const { op, now, batchId, actor } = order;
  const id = Number(order.licenseId);
  const items = order.items.map(({ metric, units }) => [metric, units, periodOf(metric, now), isGauge(metric) ? 1 : 0]);
  const month = periodOf("apiCalls", now);
  const [counted, , , , lines, batch] = await db.batch<LineRow & { metric: string; result: string }>([
    db.prepare(COUNT).bind(id, JSON.stringify(items), op, batchId, now),
    keepBatch(db, order, id),
    appendThresholds(db, id, op, actor, now),
    appendWebhook(db, "l.id = ?1", id, "license.updated", op, now, now),
    db.prepare(LINES).bind(id, month),
    db.prepare("SELECT result FROM usage_batches WHERE license_id = ?1 AND batch_id = ?2").bind(id, batchId),
  ]);
  const all = (lines?.results ?? []).map((row) => lineOf(row, now));
  const named = all.filter(({ metric }) => order.items.some((item) => item.metric === metric));
  if ((counted?.results.length ?? 0) > 0) return { kind: "counted", lines: named, isReplayed: false };
  const kept = batch?.results[0]?.result;
  if (kept !== undefined) return { kind: "counted", lines: JSON.parse(kept) as UsageLine[], isReplayed: true };
  for (const { metric, units } of order.items) {
    const line = named.find((one) => one.metric === metric);
    if (line === undefined) return { kind: "unknown_metric", metric };
    const isFull = line.kind === "gauge" ? units > line.cap && units > line.used : line.used + units > line.cap;
    if (line.cap !== -1 && isFull) return { kind: "refused", line };
  }
  // Somebody gave units back between the statement and the look at it.
  return { kind: "refused", line: named[0] as UsageLine };
}

/** What a batch led to, so that its repetition is answered alike. */
function keepBatch(db: D1Database, { batchId, op, now }: UsageOrder, id: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO usage_batches (license_id, batch_id, result, at)
      SELECT ?1, ?2, json_group_array(json_object('metric', c.metric, 'kind', iif(c.period = '', 'gauge', 'counter'),
        'period', c.period, 'used', c.used, 'cap', m.cap)), ?4
      FROM usage_counters c JOIN license_limits m ON m.license_id = c.license_id AND m.metric = c.metric
      WHERE c.license_id = ?1 AND c.last_op = ?3 AND ?2 IS NOT NULL HAVING COUNT(*) > 0
      ON CONFLICT (license_id, batch_id) DO UPDATE SET result = excluded.result, at = excluded.at`,
    )
    .bind(id, batchId, op, now);
}

/** Each threshold once in its period, with the act that passed it. */
function appendThresholds(db: D1Database, id: number, op: string, actor: Actor, now: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO license_events (license_id, seq, at, kind, actor, actor_id, op, data)
      SELECT c.license_id, (SELECT COALESCE(MAX(e.seq), 0) FROM license_events e WHERE e.license_id = ?1)
          + ROW_NUMBER() OVER (ORDER BY c.metric, t.value), ?3, 'quota.threshold', ?4, ?5, ?2,
        json_object('metric', c.metric, 'threshold', t.value, 'used', c.used, 'cap', m.cap, 'period', c.period)
      FROM usage_counters c JOIN license_limits m ON m.license_id = c.license_id AND m.metric = c.metric, json_each(?6) t
      WHERE c.license_id = ?1 AND c.last_op = ?2 AND m.cap > 0
        AND c.used * 100 >= m.cap * t.value AND (c.used - c.last_add) * 100 < m.cap * t.value
        AND NOT EXISTS (SELECT 1 FROM license_events n WHERE n.license_id = ?1 AND n.kind = 'quota.threshold'
          AND json_extract(n.data, '$.metric') = c.metric AND json_extract(n.data, '$.period') = c.period
          AND json_extract(n.data, '$.threshold') = t.value AND c.period <> '')`,
    )
    .bind(id, op, now, actor.kind, actor.id, JSON.stringify(THRESHOLDS));
}

async function readLines(db: D1Database, licenseId: string, now: number): Promise<readonly UsageLine[]> {
  const { results } = await db.prepare(LINES).bind(Number(licenseId), periodOf("apiCalls", now)).all<LineRow>();
  return results.map((row) => lineOf(row, now));
}

async function reserve(
  db: D1Database,
  licenseId: string,
  metric: string,
  wanted: number,
  op: string,
  now: number,
): Promise<Reserved> {
  const id = Number(licenseId);
  const period = periodOf(metric, now);
  const [taken, , , lines] = await db.batch<LineRow & { last_add: number }>([
    db.prepare(RESERVE).bind(id, metric, period, wanted, op),
    appendThresholds(db, id, op, { kind: "system", id: null }, now),
    appendWebhook(db, "l.id = ?1", id, "license.updated", op, now, now),
    db.prepare(LINES).bind(id, periodOf("apiCalls", now)),
  ]);
  const line = lines?.results.find((row) => row.metric === metric);
  return { taken: taken?.results[0]?.last_add ?? 0, period, used: line?.used ?? 0, cap: line?.cap ?? 0 };
}

function lineOf({ metric, cap, used }: LineRow, now: number): UsageLine {
  return { metric, kind: isGauge(metric) ? "gauge" : "counter", period: periodOf(metric, now), used, cap };
}
