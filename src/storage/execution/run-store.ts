import type { ClaimedExecution, ExecutionEnd } from "../../market/execution/ports.ts";
import type { NewRun, RunOwner, RunStore } from "../../market/execution/run-ports.ts";
import { OWNED_INSTANCE } from "../console/owned.ts";

const MAX_MESSAGE = 300;

export function createRunStore(db: D1Database): RunStore {
  return {
    begin: (run, now) => begin(db, run, now),
    retry: (claimed, end, notBefore) => retry(db, claimed, end, notBefore),
    async postpone(claimed, notBefore) {
      const { meta } = await db
        .prepare(
          `UPDATE executions SET outcome = 'queued', not_before = ?3, attempt = attempt - 1
           WHERE id = ?1 AND outcome = 'running' AND attempt = ?2`,
        )
        .bind(claimed.id, claimed.attempt, notBefore)
        .run();
      return meta.changes === 1;
    },
    nextInOrder: (claimed) => nextInOrder(db, claimed),
    replay: (executionId, owner, now) => replay(db, executionId, owner, now),
  };
}

async function begin(db: D1Database, run: NewRun, now: number): Promise<ClaimedExecution> {
  const row = await db
    .prepare(
      `INSERT INTO executions (id, activation_id, instance_id, plugin_id, version, kind, event_name, attempt, outcome, created_at, started_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, 'running', ?8, ?8)
       RETURNING COALESCE((SELECT failures FROM installation_health WHERE activation_id = ?2), 0) AS failures`,
    )
    .bind(
      run.executionId,
      run.activationId,
      Number(run.instanceId),
      Number(run.pluginId),
      run.version,
      run.kind,
      run.name,
      now,
    )
    .first<{ failures: number }>();
  return {
    id: run.executionId,
    activationId: run.activationId,
    instanceId: run.instanceId,
    kind: run.kind,
    eventId: null,
    attempt: 1,
    tries: 1,
    orderKey: null,
    isAfterFailure: (row?.failures ?? 0) > 0,
    envelope: null,
  };
}

async function retry(
  db: D1Database,
  claimed: ClaimedExecution,
  { message, durationMs, report, version }: ExecutionEnd,
  notBefore: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE executions SET outcome = 'queued', not_before = ?3, message = ?4, duration_ms = ?5, logs = ?6,
         version = COALESCE(?7, version)
       WHERE id = ?1 AND outcome = 'running' AND attempt = ?2`,
    )
    .bind(
      claimed.id,
      claimed.attempt,
      notBefore,
      message?.slice(0, MAX_MESSAGE) ?? null,
      durationMs === undefined ? null : Math.round(durationMs),
      JSON.stringify(report?.logs ?? []),
      version ?? null,
    )
    .run();
  return meta.changes === 1;
}

async function nextInOrder(db: D1Database, { activationId, orderKey }: ClaimedExecution): Promise<string | null> {
  if (orderKey === null) return null;
  const row = await db
    .prepare(
      `SELECT id FROM executions WHERE activation_id = ?1 AND order_key = ?2 AND outcome = 'queued' ORDER BY rowid LIMIT 1`,
    )
    .bind(activationId, orderKey)
    .first<{ id: string }>();
  return row?.id ?? null;
}

/** Routes cannot be replayed: who asked is gone. An event needs its body, which is kept seven days. */
async function replay(
  db: D1Database,
  executionId: string,
  owner: RunOwner,
  now: number,
): Promise<"queued" | "not_found" | "not_dead" | "gone"> {
  const [isOwned, owned] =
    "instanceId" in owner ? ["x.instance_id = ?1", owner.instanceId] : [OWNED_INSTANCE, owner.accountId];
  const isDead = "outcome NOT IN ('queued', 'running', 'ok', 'skipped') AND kind <> 'route'";
  const hasBody = `(kind <> 'event' OR EXISTS (SELECT 1 FROM events e
    WHERE e.instance_id = executions.instance_id AND e.id = executions.event_id AND e.body IS NOT NULL))`;
  const [found, queued] = await db.batch<{ id: string; dead: number }>([
    db
      .prepare(
        `SELECT x.id, ${isDead} AS dead FROM executions x JOIN instances i ON i.id = x.instance_id
         WHERE x.id = ?2 AND ${isOwned}`,
      )
      .bind(Number(owned), executionId),
    db
      .prepare(
        `UPDATE executions SET outcome = 'queued', first_attempt = attempt, not_before = ?3, finished_at = NULL, end_seq = NULL
         WHERE id = ?2 AND ${isDead} AND ${hasBody}
           AND EXISTS (SELECT 1 FROM executions x JOIN instances i ON i.id = x.instance_id WHERE x.id = ?2 AND ${isOwned})
         RETURNING id`,
      )
      .bind(Number(owned), executionId, now),
  ]);
  const row = found?.results[0];
  if (row === undefined) return "not_found";
  if (queued?.results.length === 1) return "queued";
  return row.dead === 1 ? "gone" : "not_dead";
}
