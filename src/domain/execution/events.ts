import type { JsonObject } from "../json/json.ts";
import type { Permission } from "../manifest/permissions.ts";

/** Entity → operations whose events a plugin may listen to. */
export const ENTITY_EVENTS = {
  customer: ["created", "updated", "deleted", "status_changed"],
  request: ["created", "updated", "deleted", "status_changed", "assigned", "completed"],
  appointment: ["created", "updated", "deleted", "status_changed", "completed"],
  user: ["created", "updated", "deleted", "status_changed"],
} as const;
export type Entity = keyof typeof ENTITY_EVENTS;
export type EventName = { [E in Entity]: `${E}.${(typeof ENTITY_EVENTS)[E][number]}` }[Entity];

export const EVENTS: readonly EventName[] = Object.entries(ENTITY_EVENTS).flatMap(([entity, operations]) =>
  operations.map((operation) => `${entity}.${operation}` as EventName),
);

/** An installation hears of an entity only if it may read it. */
export const ENTITY_READ: Readonly<Record<Entity, Permission>> = {
  customer: "customers.read",
  request: "requests.read",
  appointment: "appointments.read",
  user: "users.read",
};

/** One thing that happened on an instance. `id` is unique per instance; delivery is at least once. */
export interface EventEnvelope {
  readonly id: string;
  readonly event: EventName;
  readonly version: 1;
  readonly occurredAt: string;
  readonly instanceId?: string;
  readonly entity: Entity;
  readonly entityId: string;
  readonly data: JsonObject;
  readonly changes?: { readonly [field: string]: { readonly from: string; readonly to: string } };
}
