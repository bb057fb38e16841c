import type { EventEnvelope, EventName } from "../domain/execution/events.ts";
import type { Hook, RouteRequest, RouteResponse } from "../domain/execution/job.ts";
import type { Json } from "../domain/json/json.ts";
import type { PluginContext } from "./context.ts";

export type { EventEnvelope, EventName, Hook, RouteRequest, RouteResponse };

/** What `server/main.js` exports by default. Handlers must match the declarations of the manifest. */
export interface PluginDefinition {
  readonly lifecycle?: { readonly [H in Hook]?: (context: PluginContext) => unknown };
  readonly events?: { readonly [E in EventName]?: (context: PluginContext, event: EventEnvelope) => unknown };
  /** `"GET /notes/:id"` → handler, as declared under `routes`. */
  readonly routes?: {
    readonly [route: string]: (context: PluginContext, request: RouteRequest) => RouteResponse | Promise<RouteResponse>;
  };
  /** Schedule id → handler. */
  readonly schedules?: {
    readonly [id: string]: (context: PluginContext) => Json | Promise<Json> | void | Promise<void>;
  };
}

/** Marks a plugin's definition. It is data: nothing runs until an event, route, schedule or hook calls a handler. */
export function definePlugin(definition: PluginDefinition): PluginDefinition {
  return definition;
}
