import type { RunnerCall } from "../../domain/execution/job.ts";
import { matchRoute } from "../../domain/execution/match-route.ts";
import { PluginInvalid } from "./failure.ts";

export type GuestCall = RunnerCall;
type Handler = (context: unknown, input?: unknown) => unknown;

/** Finds the plugin's handler for this call and calls it. A life-cycle hook may be absent, everything else is declared. */
export async function dispatch(plugin: unknown, call: RunnerCall, context: unknown): Promise<unknown> {
  if (typeof plugin !== "object" || plugin === null)
    throw new PluginInvalid("The module has no default export made by definePlugin");
  switch (call.kind) {
    case "describe":
      return describe(plugin);
    case "event":
      return handler(plugin, "events", call.event.event)(context, call.event);
    case "schedule":
      return handler(plugin, "schedules", call.id)(context, { id: call.id, at: call.at });
    case "lifecycle":
      return member(plugin, "lifecycle", call.hook)?.(context, call.from === undefined ? {} : { from: call.from });
    case "route": {
      if (call.route !== undefined) return handler(plugin, "routes", call.route)(context, call.request);
      const routes = (plugin as { routes?: unknown }).routes;
      const names = typeof routes === "object" && routes !== null ? Object.keys(routes) : [];
      const match = matchRoute(names, call.request.method, call.request.path);
      if (match === null) throw new PluginInvalid(`No route answers ${call.request.method} ${call.request.path}`);
      return handler(plugin, "routes", match.name)(context, { ...call.request, params: match.params });
    }
  }
}

const GROUPS = ["events", "routes", "schedules", "lifecycle"] as const;

/** Names of the handlers there are, group by group. */
function describe(plugin: object): Record<string, readonly string[]> {
  const namesOf = (group: string): readonly string[] => {
    const handlers = (plugin as Record<string, unknown>)[group];
    const names = typeof handlers === "object" && handlers !== null ? Object.keys(handlers) : [];
    return names.filter((name) => member(plugin, group, name) !== undefined);
  };
  return Object.fromEntries(GROUPS.map((group) => [group, namesOf(group)]));
}

function handler(plugin: object, group: string, name: string): Handler {
  const found = member(plugin, group, name);
  if (found === undefined) throw new PluginInvalid(`The module has no handler ${group}["${name}"]`);
  return found;
}

function member(plugin: object, group: string, name: string): Handler | undefined {
  const handlers = (plugin as Record<string, unknown>)[group];
  if (typeof handlers !== "object" || handlers === null || !Object.hasOwn(handlers, name)) return undefined;
  const found = (handlers as Record<string, unknown>)[name];
  return typeof found === "function" ? (input, more) => found.call(handlers, input, more) : undefined;
}
