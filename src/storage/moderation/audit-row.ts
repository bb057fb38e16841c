import type { HistoryEntry } from "../../market/moderation/ports.ts";

/** Columns of the audit that history and the chained record read. */
export interface AuditRow {
  readonly at: number;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  readonly data: string;
}

export function entryOf(row: AuditRow): HistoryEntry {
  return {
    at: row.at,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    action: row.action,
    subjectKind: row.subject_kind,
    subjectId: row.subject_id,
    data: row.data,
  };
}
