import { and, count, desc, eq, ne, notInArray, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { EventEnvelope } from "../../domain/execution/events.ts";
import { MAX_TRIES } from "../../domain/execution/retry.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import { DAY, MINUTE } from "../../domain/time.ts";
import type {
  ClaimedExecution,
  ExecutionEnd,
  ExecutionRow,
  ExecutionStore,
  KeptEvent,
  NewDelivery,
  NewEvent,
} from "../../market/execution/ports.ts";
import { purge } from "./execution-purge.ts";
import { findOwnInstallation, readInstallation, readInstallationsOf } from "./installations.ts";
import { executions } from "./schema.ts";

const BODY_LIFE = 7 * DAY;
/** Longer than any run with its retry: 60 s twice, and the wait for a restarted sandbox. */
const STALE_RUNNING = 3 * MINUTE;
const STALE_QUEUED = MINUTE;
const SWEEP_LIMIT = 100;
const MAX_MESSAGE = 300;

export function createExecutionStore(db: D1Database): ExecutionStore {
  return {
    installationsOf: (instanceId, now) => readInstallationsOf(db, instanceId, now),
    installation: (activationId) => readInstallation(db, activationId),
    findInstallation: (id, owner) => findOwnInstallation(db, id, owner),
    keepEvent: (event, deliveries, now) => keepEvent(db, event, deliveries, now),
    claim: (executionId, now) => claim(db, executionId, now),
    finish: (claimed, end, now) => finish(db, claimed, end, now),
    page: (activationId, page, limit, outcome) => readPage(db, activationId, page, limit, outcome),
    sweep: (now) => sweep(db, now),
    purge: (before, limit) => purge(db, before, limit),
  };
}

/** One batch is one transaction: only the post that inserted the event (`post_id`) makes its deliveries. */
async function keepEvent(
  db: D1Database,
  { instanceId, envelope, bodySha256, postId }: NewEvent,
  deliveries: readonly NewDelivery[],
  now: number,
): Promise<KeptEvent> {
  const instance = Number(instanceId);
  const body = deliveries.length === 0 ? null : JSON.stringify(envelope);
  const [, , events, rows] = await db.batch([
    db
      .prepare(
        `INSERT INTO events (instance_id, id, name, entity, entity_id, body, body_sha256, post_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING`,
      )
      .bind(instance, envelope.id, envelope.event, envelope.entity, envelope.entityId, body, bodySha256, postId, now),
    db
      .prepare(
        `INSERT INTO executions (id, activation_id, instance_id, plugin_id, version, kind, event_id, event_name, outcome, created_at, order_key)
         SELECT json_extract(d.value, '$.executionId'), json_extract(d.value, '$.activationId'), e.instance_id,
           CAST(json_extract(d.value, '$.pluginId') AS INTEGER), json_extract(d.value, '$.version'),
           'event', e.id, e.name, 'queued', e.created_at, e.entity || ':' || e.entity_id
         FROM events e, json_each(?4) d WHERE e.instance_id = ?1 AND e.id = ?2 AND e.post_id = ?3
         ON CONFLICT DO NOTHING`,
      )
      .bind(instance, envelope.id, postId, JSON.stringify(deliveries)),
    db
      .prepare(`SELECT body_sha256, post_id FROM events WHERE instance_id = ?1 AND id = ?2`)
      .bind(instance, envelope.id),
    db
      .prepare(
        `SELECT x.id, a.installation_id FROM executions x JOIN activations a ON a.id = x.activation_id
         WHERE x.instance_id = ?1 AND x.event_id = ?2 ORDER BY x.id`,
      )
      .bind(instance, envelope.id),
  ]);
  const [kept] = (events?.results ?? []) as { body_sha256: string; post_id: string }[];
  const found = (rows?.results ?? []) as { id: string; installation_id: string }[];
  const made = found.map(({ id, installation_id }) => ({ installationId: installation_id, executionId: id }));
  if (kept?.post_id === postId) return { result: "kept", deliveries: made };
  return kept?.body_sha256 === bodySha256
    ? { result: "duplicate", deliveries: made }
    : { result: "conflict", deliveries: [] };
}

async function claim(db: D1Database, executionId: string, now: number): Promise<ClaimedExecution | null> {
  const row = await db
    .prepare(
      `UPDATE executions SET outcome = 'running', attempt = attempt + 1, started_at = ?2
       WHERE id = ?1 AND outcome = 'queued' AND COALESCE(not_before, 0) <= ?2
         AND NOT EXISTS (SELECT 1 FROM executions o WHERE o.activation_id = executions.activation_id
           AND o.order_key = executions.order_key AND o.outcome IN ('queued', 'running') AND o.rowid < executions.rowid)
       RETURNING activation_id, instance_id, kind, event_id, attempt, attempt - first_attempt AS tries, order_key,
         COALESCE((SELECT failures FROM installation_health h WHERE h.activation_id = executions.activation_id), 0) AS failures,
         (SELECT body FROM events e WHERE e.instance_id = executions.instance_id AND e.id = executions.event_id) AS body`,
    )
    .bind(executionId, now)
    .first<{
      activation_id: string;
      instance_id: number;
      kind: ClaimedExecution["kind"];
      event_id: string | null;
      attempt: number;
      tries: number;
      order_key: string | null;
      failures: number;
      body: string | null;
    }>();
  return (
    row && {
      id: executionId,
      activationId: row.activation_id,
      instanceId: String(row.instance_id),
      kind: row.kind,
      eventId: row.event_id,
      attempt: row.attempt,
      tries: row.tries,
      orderKey: row.order_key,
      isAfterFailure: row.failures > 0,
      envelope: row.body === null ? null : (JSON.parse(row.body) as EventEnvelope),
    }
  );
}

async function finish(db: D1Database, claimed: ClaimedExecution, end: ExecutionEnd, now: number): Promise<boolean> {
  const { outcome, message, durationMs, report, version } = end;
  const [done] = await db.batch([
    db
      .prepare(
        `UPDATE executions SET outcome = ?3, message = ?4, duration_ms = ?5, calls = ?6, denied = ?7, logs = ?8, finished_at = ?9,
           version = COALESCE(?10, version), end_seq = (SELECT COALESCE(MAX(end_seq), 0) + 1 FROM executions)
         WHERE id = ?1 AND outcome = 'running' AND attempt = ?2`,
      )
      .bind(
        claimed.id,
        claimed.attempt,
        outcome,
        message?.slice(0, MAX_MESSAGE) ?? null,
        durationMs === undefined ? null : Math.round(durationMs),
        JSON.stringify(report?.calls ?? {}),
        JSON.stringify(report?.denied ?? {}),
        JSON.stringify(report?.logs ?? []),
        now,
        version ?? null,
      ),
    db
      .prepare(
        `UPDATE events SET body = NULL WHERE instance_id = ?1 AND id = ?2 AND NOT EXISTS
           (SELECT 1 FROM executions x WHERE x.instance_id = ?1 AND x.event_id = ?2 AND x.outcome NOT IN ('ok', 'skipped'))`,
      )
      .bind(Number(claimed.instanceId), claimed.eventId),
  ]);
  return (done?.meta.changes ?? 0) === 1;
}

async function readPage(
  db: D1Database,
  activationId: string,
  page: number,
  limit: number,
  outcome: string | undefined,
): Promise<{ rows: readonly ExecutionRow[]; total: number }> {
  const orm = drizzle(db);
  const own = and(
    eq(executions.activationId, activationId),
    outcome === undefined
      ? undefined
      : outcome === "dead"
        ? and(notInArray(executions.outcome, ["queued", "running", "ok", "skipped"]), ne(executions.kind, "route"))
        : eq(executions.outcome, outcome),
  );
  const [rows, totals] = await orm.batch([
    orm
      .select()
      .from(executions)
      .where(own)
      .orderBy(desc(executions.createdAt), desc(sql`rowid`))
      .limit(limit)
      .offset((page - 1) * limit),
    orm.select({ total: count() }).from(executions).where(own),
  ]);
  return { rows: rows.map(executionRow), total: totals[0]?.total ?? 0 };
}

/** What crashes left behind: runs nobody finished, bells nobody heard, bodies nobody needs any more. */
async function sweep(db: D1Database, now: number): Promise<readonly string[]> {
  const [, , , , lost] = await db.batch([
    db
      .prepare(
        `UPDATE executions SET outcome = 'queued', message = 'The run was lost', not_before = ?1
         WHERE outcome = 'running' AND started_at < ?2 AND kind <> 'route' AND attempt - first_attempt < ${MAX_TRIES}`,
      )
      .bind(now, now - STALE_RUNNING),
    db
      .prepare(
        `UPDATE executions SET outcome = 'sandbox_crashed', message = 'The run was lost', finished_at = ?1, end_seq = f.seq
         FROM (SELECT id AS lost, row_number() OVER (ORDER BY rowid) + (SELECT COALESCE(MAX(end_seq), 0) FROM executions) AS seq
           FROM executions WHERE outcome = 'running' AND started_at < ?2) f
         WHERE executions.id = f.lost`,
      )
      .bind(now, now - STALE_RUNNING),
    db
      .prepare(
        `UPDATE executions SET outcome = 'skipped', message = 'event_erased', finished_at = ?1
         WHERE outcome = 'queued' AND created_at < ?2`,
      )
      .bind(now, now - BODY_LIFE),
    db
      .prepare(
        `UPDATE events SET body = NULL WHERE body IS NOT NULL AND (created_at < ?1 OR NOT EXISTS
           (SELECT 1 FROM executions x WHERE x.instance_id = events.instance_id AND x.event_id = events.id
              AND x.outcome NOT IN ('ok', 'skipped')))`,
      )
      .bind(now - BODY_LIFE),
    db
      .prepare(
        `SELECT id FROM executions WHERE outcome = 'queued' AND COALESCE(not_before, created_at + ${STALE_QUEUED}) <= ?1
         ORDER BY created_at LIMIT ${SWEEP_LIMIT}`,
      )
      .bind(now),
  ]);
  return ((lost?.results ?? []) as { id: string }[]).map(({ id }) => id);
}

function executionRow(row: typeof executions.$inferSelect): ExecutionRow {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    eventName: row.eventName,
    attempt: row.attempt,
    outcome: row.outcome,
    message: row.message,
    durationMs: row.durationMs,
    calls: JSON.parse(row.calls) as JsonObject,
    denied: JSON.parse(row.denied) as JsonObject,
    logs: JSON.parse(row.logs) as Json[],
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  };
}
