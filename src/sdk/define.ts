import type { EventEnvelope, EventName, PluginEventName } from "../domain/execution/events.ts";
import type { Hook, RouteRequest, RouteResponse } from "../domain/execution/job.ts";
import type { Json } from "../domain/json/json.ts";
import type { Permission } from "../domain/manifest/permissions.ts";
import type { PluginContext } from "./context.ts";

export type { EventEnvelope, EventName, Hook, PluginEventName, RouteRequest, RouteResponse };

/** What `server/main.js` exports by default. Handlers must match the declarations of the manifest. */
export interface PluginDefinition<P extends Permission = Permission, N extends string = string> {
  /**
   * The permissions the code relies on, each of them declared in `manifest.json` too. They shape the context of every
   * handler; they grant nothing. Left out, the context has every method.
   */
  readonly permissions?: readonly Permission[];
  /**
   * Names of the plugin's own events, each of them in the `emits` of `manifest.json` too. `context.events.emit` then takes
   * these names and no other. Left out, it takes any name, and the marketplace refuses those the manifest does not hold.
   */
  readonly emits?: readonly string[];
  /** `from` is the version before an update. */
  readonly lifecycle?: {
    readonly [H in Hook]?: (context: PluginContext<P, N>, about: { readonly from?: string }) => unknown;
  };
  /** Those of the instance, and those of plugins that this one depends on: `"plugin:<name>:<event>"`. */
  readonly events?: {
    readonly [E in EventName | PluginEventName]?: (context: PluginContext<P, N>, event: EventEnvelope) => unknown;
  };
  /** `"GET /notes/:id"` → handler, as declared under `routes`. */
  readonly routes?: {
    readonly [route: string]: (
      context: PluginContext<P, N>,
      request: RouteRequest,
    ) => RouteResponse | Promise<RouteResponse>;
  };
  /** Schedule id → handler. `at` is the time that the cron expression named, ISO 8601; jitter and outages come after it. */
  readonly schedules?: {
    readonly [id: string]: (
      context: PluginContext<P, N>,
      about: { readonly id: string; readonly at?: string },
    ) => Json | Promise<Json> | void | Promise<void>;
  };
}

/**
 * Marks a plugin's definition. It is data: nothing runs until an event, route, schedule or hook calls a handler.
 *
 * @example
 * ```ts
 * export default definePlugin({
 *   permissions: ["requests.read", "notifications.send"],
 *   events: {
 *     "request.created": async (context, event) => {
 *       const request = await context.requests.get(Number(event.entityId));
 *       await context.notifications.send({ title: "New request", message: request.name });
 *     },
 *   },
 * });
 * ```
 */
export function definePlugin<const P extends Permission = Permission, const E extends string = string>(
  definition: PluginDefinition<P, E> & { readonly permissions?: readonly P[]; readonly emits?: readonly E[] },
): PluginDefinition;
// A context with every method fits handlers that ask for fewer.
export function definePlugin(definition: PluginDefinition): PluginDefinition {
  return definition;
}
