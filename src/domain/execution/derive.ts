import type { JsonObject } from "../json/json.ts";
import type { EventEnvelope, EventName } from "./events.ts";

/** Entities that can be read and compared; people cannot, the host answers `{}` for them. */
export const READ_ENTITIES = ["customer", "request", "appointment"] as const;
/** People are compared by what the instance posts of them. */
export type WatchedEntity = (typeof READ_ENTITIES)[number] | "user";

/** Events that the host knows and never fires: such changes go around the code that would. */
export const DERIVED_EVENTS: Readonly<Record<WatchedEntity, readonly EventName[]>> = {
  customer: ["customer.status_changed"],
  request: ["request.status_changed", "request.assigned", "request.completed"],
  appointment: ["appointment.status_changed", "appointment.completed"],
  user: ["user.status_changed"],
};

export function isDerivedEvent(event: string): boolean {
  return Object.values(DERIVED_EVENTS).some((names) => names.some((name) => name === event));
}

/** All that is remembered of a row. */
export interface WatchedRow {
  readonly id: number;
  /** Upper case: the host writes both. */
  readonly status: string;
  readonly assignee: number | null;
}

export function watchedRow(row: JsonObject): WatchedRow | null {
  const { id, status, processorId } = row;
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id < 1 || typeof status !== "string") return null;
  return {
    id,
    status: status.toUpperCase().slice(0, 40),
    assignee: typeof processorId === "number" ? processorId : null,
  };
}

/**
 * The row that an instance posted with `created` or `updated`, to be compared with what is remembered of it; null for all
 * else. Templates leave out what they do not know and write numbers as text.
 */
export function postedRow(
  { event, entity, entityId, data }: EventEnvelope,
  before: WatchedRow | null,
): JsonObject | null {
  const isRow = event === `${entity}.created` || event === `${entity}.updated`;
  if (!isRow || entity === "plugin" || typeof data.status !== "string") return null;
  const { processorId } = data;
  const assignee =
    typeof processorId === "string" && /^[1-9][0-9]{0,14}$/.test(processorId) ? Number(processorId) : processorId;
  const known =
    entity === "request" ? { processorId: assignee === undefined ? (before?.assignee ?? null) : assignee } : {};
  return { ...data, id: Number(entityId), ...known };
}

/**
 * What happened between two looks at a row. The same two looks always make the same events, ids included. `now` stands
 * for the time of the change where the row names none, `unnamed` for it in the ids.
 */
export function derivedEvents(
  entity: WatchedEntity,
  before: WatchedRow,
  row: JsonObject,
  now: number,
  unnamed = "",
): readonly EventEnvelope[] {
  const after = watchedRow(row);
  if (after === null) return [];
  const updatedAt = typeof row.updatedAt === "string" ? Date.parse(row.updatedAt) : Number.NaN;
  const mark = Number.isNaN(updatedAt) ? `${before.status}-${after.status}${unnamed}` : String(updatedAt);
  const occurredAt = new Date(Number.isNaN(updatedAt) ? now : updatedAt).toISOString();
  const changes = {
    ...(before.status === after.status ? {} : { status: { from: before.status, to: after.status } }),
    ...(before.assignee === after.assignee
      ? {}
      : { processorId: { from: String(before.assignee ?? ""), to: String(after.assignee ?? "") } }),
  };
  const names: EventName[] = [
    ...(before.status === after.status ? [] : [`${entity}.status_changed` as const]),
    ...(entity === "request" && after.assignee !== null && before.assignee !== after.assignee
      ? ["request.assigned" as const]
      : []),
    ...((entity === "request" || entity === "appointment") &&
    before.status !== "COMPLETED" &&
    after.status === "COMPLETED"
      ? [`${entity}.completed` as const]
      : []),
  ];
  return names.map((event) => ({
    id: `derived.${event}.${after.id}.${mark}`.replaceAll(/[^A-Za-z0-9_.:-]/g, "_").slice(0, 100),
    event,
    version: 1,
    occurredAt,
    entity,
    entityId: String(after.id),
    data: row,
    changes,
  }));
}
