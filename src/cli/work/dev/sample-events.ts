import type { EventEnvelope } from "../../../domain/execution/events.ts";
import { type ENTITY_EVENTS, type Entity, EVENTS } from "../../../domain/execution/events.ts";
import type { JsonObject } from "../../../domain/json/json.ts";
import type { Emulator } from "../../../sdk/testing/emulator/emulator.ts";

const TABLES = { customer: "customers", request: "requests", appointment: "appointments", user: "users" } as const;

/** An event as the instance would send it, about the newest row of its kind; null for a name the host does not know. */
export function sampleEvent(name: string, emulator: Emulator, now: number): EventEnvelope | null {
  const event = EVENTS.find((one) => one === name);
  if (!event) return null;
  const [entity, operation] = event.split(".") as [Entity, (typeof ENTITY_EVENTS)[Entity][number]];
  const row = emulator.state[TABLES[entity]].at(-1);
  const data = JSON.parse(JSON.stringify(row ?? { id: 1 })) as JsonObject;
  return {
    id: `evt_dev_${now}`,
    event,
    version: 1,
    occurredAt: new Date(now).toISOString(),
    entity,
    entityId: String(data.id),
    data,
    ...(operation === "status_changed" ? { changes: { status: { from: "NEW", to: String(data.status) } } } : {}),
  };
}
