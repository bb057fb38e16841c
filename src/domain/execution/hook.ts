import type { Json, JsonObject } from "../json/json.ts";
import { ENTITY_EVENTS, type Entity, EVENTS, type EventEnvelope } from "./events.ts";

/**
 * What an unmodified instance posts when an automation fires, as one of our envelopes. Its templates make every value a
 * string, its event names are mixed (`customer.created`, `customer.update`), and it sends neither id nor time.
 */
export function eventOfHook(
  body: Json,
  query: ReadonlyMap<string, string>,
  fallback: { readonly id: string; readonly occurredAt: string },
): EventEnvelope | null {
  if (!isObject(body)) return null;
  const event = eventName(text(body.event) ?? query.get("event") ?? joined(body.entity, body.operation));
  if (event === null) return null;
  const entity = event.split(".", 1)[0] as Entity;
  const own = body[entity];
  const row = isObject(body.data ?? null)
    ? (body.data as JsonObject)
    : isObject(own ?? null)
      ? (own as JsonObject)
      : rest(body);
  const entityId = decimal(body.entityId) ?? decimal(query.get("entityId")) ?? decimal(row.id) ?? decimal(body.id);
  if (entityId === null) return null;
  const given = text(body.eventId);
  const at = text(body.occurredAt) ?? text(body.timestamp);
  return {
    id: given !== null && EVENT_ID.test(given) ? given : fallback.id,
    event,
    version: 1,
    occurredAt:
      at !== null && ISO_TIME.test(at) && !Number.isNaN(Date.parse(at))
        ? new Date(at).toISOString()
        : fallback.occurredAt,
    entity,
    entityId,
    data: { ...meaningful(row), id: Number(entityId) },
  };
}

const EVENT_ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
/** The host's words for what happened → ours. */
const OPERATIONS: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  status_change: "status_changed",
  assign: "assigned",
  complete: "completed",
};
/** Members that steer the envelope and are no part of the row. */
const STEERING = ["event", "eventId", "entity", "entityId", "operation", "occurredAt", "timestamp", "data"];

function eventName(given: string | null): EventEnvelope["event"] | null {
  if (given === null) return null;
  const [entity = "", operation = ""] = given.trim().toLowerCase().split(".", 2);
  if (!Object.hasOwn(ENTITY_EVENTS, entity)) return null;
  const name = `${entity}.${OPERATIONS[operation] ?? operation}`;
  return EVENTS.find((known) => known === name) ?? null;
}

function joined(entity: Json | undefined, operation: Json | undefined): string | null {
  const [left, right] = [text(entity), text(operation)];
  return left === null || right === null ? null : `${left}.${right}`;
}

function rest(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !STEERING.includes(name)));
}

/** A template writes `""` for what it does not know and `[object Object]` for what it cannot write. */
function meaningful(row: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== "" && value !== "[object Object]"));
}

function decimal(value: Json | undefined): string | null {
  const written = typeof value === "number" ? String(value) : (value ?? null);
  return typeof written === "string" && /^[1-9][0-9]{0,14}$/.test(written) ? written : null;
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
