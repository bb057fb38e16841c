import { scheduleRunName } from "../../domain/execution/run-names.ts";
import type { DueSchedule, ScheduleStore } from "../../market/execution/run-ports.ts";

export function createScheduleStore(db: D1Database): ScheduleStore {
  return {
    async plan(activationId, slots) {
      await db.batch([
        db
          .prepare(
            `DELETE FROM schedule_slots WHERE activation_id = ?1
               AND schedule_id NOT IN (SELECT value FROM json_each(?2))`,
          )
          .bind(activationId, JSON.stringify(slots.map(({ scheduleId }) => scheduleId))),
        db
          .prepare(
            `INSERT INTO schedule_slots (activation_id, schedule_id, slot_at, due_at)
             SELECT ?1, json_extract(s.value, '$.scheduleId'), json_extract(s.value, '$.slotAt'), json_extract(s.value, '$.dueAt')
             FROM json_each(?2) s WHERE TRUE
             ON CONFLICT (activation_id, schedule_id) DO UPDATE SET
               due_at = iif(slot_at <= excluded.slot_at, due_at, excluded.due_at), slot_at = MIN(slot_at, excluded.slot_at)`,
          )
          .bind(activationId, JSON.stringify(slots)),
      ]);
    },

    async due(now, limit) {
      const { results } = await db
        .prepare(
          `SELECT activation_id AS activationId, schedule_id AS scheduleId, slot_at AS slotAt, due_at AS dueAt
           FROM schedule_slots WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2`,
        )
        .bind(now, limit)
        .all<DueSchedule>();
      return results;
    },

    async take({ activationId, scheduleId, slotAt }, run, next, now) {
      const mine = "activation_id = ?1 AND schedule_id = ?2 AND slot_at = ?3";
      const insert =
        run === null
          ? []
          : [
              db
                .prepare(
                  `INSERT INTO executions (id, activation_id, instance_id, plugin_id, version, kind, event_id, event_name, outcome, created_at, order_key)
                   SELECT ?4, ?1, ?5, ?6, ?7, 'schedule', ?8, ?9, 'queued', ?10, '~schedule:' || ?2
                   FROM schedule_slots WHERE ${mine} ON CONFLICT DO NOTHING`,
                )
                .bind(
                  activationId,
                  scheduleId,
                  slotAt,
                  run.executionId,
                  Number(run.instanceId),
                  Number(run.pluginId),
                  run.version,
                  scheduleRunName(scheduleId, run.slotAt),
                  run.name,
                  now,
                ),
            ];
      const move =
        next === null
          ? db.prepare(`DELETE FROM schedule_slots WHERE ${mine}`).bind(activationId, scheduleId, slotAt)
          : db
              .prepare(`UPDATE schedule_slots SET slot_at = ?4, due_at = ?5 WHERE ${mine}`)
              .bind(activationId, scheduleId, slotAt, next.slotAt, next.dueAt);
      const results = await db.batch([...insert, move]);
      return results.at(-1)?.meta.changes === 1;
    },
  };
}
