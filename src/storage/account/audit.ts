import type { AuditEntry, AuditLog } from "../../market/ports.ts";

/** The audit row as a statement, for the batch that makes the change it records. `at` is Unix seconds. */
export function auditStatement(db: D1Database, entry: AuditEntry, at: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (at, actor_kind, actor_id, action, subject_kind, subject_id, data) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      at,
      entry.actorKind,
      entry.actorId,
      entry.action,
      entry.subjectKind,
      entry.subjectId,
      JSON.stringify(entry.data ?? {}),
    );
}

export function createAuditLog(db: D1Database): AuditLog {
  return {
    async append(entry, at) {
      await auditStatement(db, entry, at).run();
    },
  };
}
