import type { DeskReads } from "../../market/desk/ports.ts";

/** What failed for good and can be put back, newest first. */
export function readDead(db: D1Database): Pick<DeskReads, "deadRuns" | "deadWebhooks" | "deadHooks"> {
  return {
    async deadRuns(limit) {
      const { results } = await db
        .prepare(
          `SELECT x.id, x.instance_id, x.version, x.outcome, x.message, x.attempt, p.name AS plugin,
             COALESCE(x.event_name, x.kind) AS what, COALESCE(x.finished_at, x.created_at) AS at
           FROM executions x JOIN plugins p ON p.id = x.plugin_id
           WHERE x.outcome NOT IN ('queued', 'running', 'ok', 'skipped') AND x.kind <> 'route'
           ORDER BY x.end_seq DESC LIMIT ?1`,
        )
        .bind(limit)
        .all<RunRow>();
      return results.map(({ instance_id, attempt, ...row }) => ({
        ...row,
        instanceId: String(instance_id),
        attempts: attempt,
      }));
    },

    async deadWebhooks(limit) {
      const { results } = await db
        .prepare(
          `SELECT id, instance_id, event, attempts, last_status, created_at FROM webhook_outbox WHERE state = 'dead'
           ORDER BY id DESC LIMIT ?1`,
        )
        .bind(limit)
        .all<WebhookRow>();
      return results.map(({ id, instance_id, event, attempts, last_status, created_at }) => ({
        id: String(id),
        instanceId: String(instance_id),
        event,
        attempts,
        status: last_status,
        at: created_at,
      }));
    },

    async deadHooks(limit) {
      const { results } = await db
        .prepare(
          `SELECT d.id, d.hook_id, d.type, d.attempts, d.last_status, d.at, h.url, b.handle
           FROM hook_deliveries d JOIN hooks h ON h.id = d.hook_id LEFT JOIN publishers b ON b.id = h.publisher_id
           WHERE d.state = 'dead' AND h.removed_at IS NULL ORDER BY d.id DESC LIMIT ?1`,
        )
        .bind(limit)
        .all<HookRow>();
      return results.map(({ id, hook_id, type, attempts, last_status, at, url, handle }) => ({
        id: String(id),
        hookId: String(hook_id),
        publisher: handle,
        type,
        url,
        attempts,
        status: last_status,
        at,
      }));
    },
  };
}

interface RunRow {
  readonly id: string;
  readonly instance_id: number;
  readonly version: string;
  readonly outcome: string;
  readonly message: string | null;
  readonly attempt: number;
  readonly plugin: string;
  readonly what: string;
  readonly at: number;
}
interface WebhookRow {
  readonly id: number;
  readonly instance_id: number;
  readonly event: string;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly created_at: number;
}
interface HookRow {
  readonly id: number;
  readonly hook_id: number;
  readonly type: string;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly at: number;
  readonly url: string;
  readonly handle: string | null;
}
