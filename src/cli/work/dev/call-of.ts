import * as z from "zod";
import { type Call, HOOKS } from "../../../domain/execution/job.ts";
import type { Json } from "../../../domain/json/json.ts";
import type { Emulator } from "../../../sdk/testing/emulator/emulator.ts";
import { sampleEvent } from "./sample-events.ts";

/** A call as a person asks for it. */
export const WANTED = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), name: z.string() }),
  z.object({
    kind: z.literal("route"),
    method: z.string().max(10),
    path: z.string().startsWith("/").max(2000),
    body: z.json().default(null),
  }),
  z.object({ kind: z.literal("schedule"), id: z.string() }),
  z.object({ kind: z.literal("lifecycle"), hook: z.enum(HOOKS) }),
]);
export type Wanted = z.output<typeof WANTED>;

/** The call itself; null for an event that no instance sends. */
export function callOf(wanted: Wanted, emulator: Emulator, now: number): Call | null {
  switch (wanted.kind) {
    case "event": {
      const event = sampleEvent(wanted.name, emulator, now);
      return event && { kind: "event", event };
    }
    case "route":
      return routeCall(wanted.method, wanted.path, wanted.body);
    case "schedule":
      return { kind: "schedule", id: wanted.id };
    case "lifecycle":
      return { kind: "lifecycle", hook: wanted.hook };
  }
}

/** A request of a signed-in user, as the instance hands it on. */
export function routeCall(method: string, address: string, body: Json): Call {
  const url = new URL(address, "http://instance");
  const request = {
    method: method.toUpperCase(),
    path: url.pathname,
    params: {},
    query: Object.fromEntries(url.searchParams),
    headers: { "content-type": "application/json" },
    body,
  };
  return { kind: "route", request };
}
