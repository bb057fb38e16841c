import { SUSPEND_AFTER_FAILURES_IN_A_ROW, SUSPEND_AFTER_FAILURES_IN_AN_HOUR } from "../../domain/execution/retry.ts";
import { HOUR } from "../../domain/time.ts";
import type { HealthStore, Suspension } from "../../market/execution/run-ports.ts";

const REASON = "repeated_failures";

interface HealthRow {
  readonly suspended_at: number;
  readonly suspended_by: string;
  readonly reason: string;
}

/** Counters of failures, and whether an installation is stopped. The instance is told in the same write. */
export function createHealthStore(db: D1Database): HealthStore {
  return {
    async note(activationId, hasFailed, now) {
      if (!hasFailed) {
        await db
          .prepare("UPDATE installation_health SET failures = 0 WHERE activation_id = ?1 AND failures > 0")
          .bind(activationId)
          .run();
        return null;
      }
      const hour = now - (now % HOUR);
      const [, suspended] = await db.batch<HealthRow>([
        db
          .prepare(
            `INSERT INTO installation_health (activation_id, failures, hour_at, hour_failures) VALUES (?1, 1, ?2, 1)
             ON CONFLICT (activation_id) DO UPDATE SET failures = failures + 1, hour_at = ?2,
               hour_failures = iif(hour_at = ?2, hour_failures + 1, 1)`,
          )
          .bind(activationId, hour),
        db
          .prepare(
            `UPDATE installation_health SET suspended_at = ?2, suspended_by = 'system', reason = '${REASON}'
             WHERE activation_id = ?1 AND suspended_at IS NULL
               AND (failures >= ${SUSPEND_AFTER_FAILURES_IN_A_ROW} OR hour_failures >= ${SUSPEND_AFTER_FAILURES_IN_AN_HOUR})
             RETURNING suspended_at, suspended_by, reason`,
          )
          .bind(activationId, now),
        // Only the write that suspended it just now says so.
        oweWebhook(db, activationId, "changes() = 1", now),
      ]);
      const row = suspended?.results[0];
      return row === undefined ? null : suspensionOf(row);
    },

    async suspend(activationId, by, reason, now) {
      const [, owed, row] = await db.batch<HealthRow>([
        db
          .prepare(
            `INSERT INTO installation_health (activation_id, suspended_at, suspended_by, reason) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (activation_id) DO UPDATE SET suspended_at = ?2, suspended_by = ?3, reason = ?4
               WHERE suspended_at IS NULL`,
          )
          .bind(activationId, now, by, reason),
        oweWebhook(db, activationId, "changes() = 1", now),
        db
          .prepare("SELECT suspended_at, suspended_by, reason FROM installation_health WHERE activation_id = ?1")
          .bind(activationId),
      ]);
      return { ...suspensionOf(row?.results[0] as HealthRow), isNew: owed?.meta.changes === 1 };
    },

    async resume(activationId) {
      const { meta } = await db
        .prepare(
          `UPDATE installation_health SET suspended_at = NULL, suspended_by = NULL, reason = NULL, failures = 0, hour_failures = 0
           WHERE activation_id = ?1 AND suspended_at IS NOT NULL`,
        )
        .bind(activationId)
        .run();
      return meta.changes === 1;
    },

    async of(activationId) {
      const row = await db
        .prepare(
          `SELECT suspended_at, suspended_by, reason FROM installation_health
           WHERE activation_id = ?1 AND suspended_at IS NOT NULL`,
        )
        .bind(activationId)
        .first<HealthRow>();
      return row && suspensionOf(row);
    },
  };
}

function oweWebhook(db: D1Database, activationId: string, condition: string, now: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO webhook_outbox (instance_id, event, subject_kind, subject_id, data, not_before, created_at)
       SELECT a.instance_id, 'installation.suspended', 'other', NULL,
         json_object('activationId', a.id, 'installationId', a.installation_id, 'pluginId', CAST(l.plugin_id AS TEXT),
           'reason', h.reason, 'failures', h.failures), ?2, ?2
       FROM activations a JOIN licenses l ON l.id = a.license_id JOIN installation_health h ON h.activation_id = a.id
       WHERE a.id = ?1 AND ${condition}`,
    )
    .bind(activationId, now);
}

function suspensionOf({ reason, suspended_by, suspended_at }: HealthRow): Suspension {
  return { reason, by: suspended_by, at: suspended_at };
}
