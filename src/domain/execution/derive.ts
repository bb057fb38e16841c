import type { JsonObject } from "../json/json.ts";
import type { EventEnvelope, EventName } from "./events.ts";

/** Entities that can be read and compared; people cannot, the host answers `{}` for them. */
export const WATCHED_ENTITIES = ["customer", "request", "appointment"] as const;
export type WatchedEntity = (typeof WATCHED_ENTITIES)[number];

/** Events that the host knows and never fires: such changes go around the code that would. */
export const DERIVED_EVENTS: Readonly<Record<WatchedEntity, readonly EventName[]>> = {
  customer: ["customer.status_changed"],
  request: ["request.status_changed", "request.assigned", "request.completed"],
  appointment: ["appointment.status_changed", "appointment.completed"],
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

/** What happened between two looks at a row. The same two looks always make the same events, ids included. */
export function derivedEvents(
  entity: WatchedEntity,
  before: WatchedRow,
  row: JsonObject,
  now: number,
): readonly EventEnvelope[] {
  const after = watchedRow(row);
  if (after === null) return [];
  const updatedAt = typeof row.updatedAt === "string" ? Date.parse(row.updatedAt) : Number.NaN;
  const mark = Number.isNaN(updatedAt) ? `${before.status}-${after.status}` : String(updatedAt);
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
    ...(entity !== "customer" && before.status !== "COMPLETED" && after.status === "COMPLETED"
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
