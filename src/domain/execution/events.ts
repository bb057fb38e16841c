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

/** What one plugin tells the others of its instance: `plugin:<its name>:<event>`. */
export type PluginEventName = `plugin:${string}:${string}`;

/** One thing that happened on an instance. `id` is unique per instance; delivery is at least once. */
export interface EventEnvelope {
  readonly id: string;
  readonly event: EventName | PluginEventName;
  readonly version: 1;
  readonly occurredAt: string;
  readonly instanceId?: string;
  /** `plugin` where a plugin spoke; `entityId` is then the number of that plugin. */
  readonly entity: Entity | "plugin";
  readonly entityId: string;
  readonly data: JsonObject;
  /** Rows of the host that a plugin may read in this run, where the instance cannot be asked; at most 100 of a kind. */
  readonly snapshot?: {
    readonly customers?: readonly JsonObject[];
    readonly requests?: readonly JsonObject[];
    readonly appointments?: readonly JsonObject[];
  };
  /** How many plugin events led to this one, itself included; absent for events of the instance. */
  readonly depth?: number;
  readonly changes?: { readonly [field: string]: { readonly from: string; readonly to: string } };
}
