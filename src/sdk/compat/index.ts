/** Runs plugin objects written for the host's own loader on the marketplace's sandbox. */
import { EVENTS, type EventEnvelope, type EventName } from "../../domain/execution/events.ts";
import type { RouteRequest, RouteResponse } from "../../domain/execution/job.ts";
import type { Json } from "../../domain/json/json.ts";
import type { PluginContext } from "../context.ts";
import type { PluginDefinition } from "../define.ts";
import { freshIsolate, hostContext } from "./host-context.ts";
import type { HostHooks, HostLicense, HostPlugin } from "./host-plugin.ts";

export type * from "./host-plugin.ts";

/** What a host plugin cannot say itself. */
export interface AdaptOptions {
  /** What `context.license` and `onLicenseVerified` show; the marketplace judges the real one before every run. */
  readonly license?: HostLicense;
}

const ROUTE_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const NOBODY = { id: "", email: "", permissions: [] } as const;

/**
 * A plugin definition out of a host-style plugin object. The manifest stays the judge: only what it declares is ever
 * called. `onActivate` runs when the plugin is activated, and once more in every new isolate before its first run, because
 * host plugins keep there what they need later.
 *
 * @example
 * ```ts
 * import legacy from "./legacy-plugin.js";
 * export default adaptHostPlugin(legacy);
 * ```
 */
export function adaptHostPlugin(plugin: HostPlugin, options: AdaptOptions = {}): PluginDefinition {
  const license = options.license ?? { type: "free", limits: {} };
  const { metadata = {}, automationHooks: hooks = {} } = plugin;
  const about = { id: metadata.id ?? metadata.name ?? "", type: metadata.type ?? "mixed" };
  const isolate = freshIsolate();
  const running: { readonly context: PluginContext; readonly startedAt: number }[] = [];
  let last: (typeof running)[number] | undefined;
  let activation: Promise<void> | null = null;

  const kept = hostContext(about, license, isolate, () => {
    const one = running.at(-1) ?? last;
    if (one === undefined) throw new Error("The plugin is not running");
    return one;
  });

  /** Every run is the current one while it lasts. */
  async function within<T>(context: PluginContext, act: () => T | Promise<T>, activates = true): Promise<T> {
    const run = { context, startedAt: Date.now() };
    running.push(run);
    last = run;
    try {
      if (activates) {
        activation ??= Promise.resolve(plugin.onActivate?.(kept)).then(() => {});
        await activation;
      }
      return await act();
    } catch (error) {
      if (activates) activation = null;
      throw error;
    } finally {
      running.splice(running.indexOf(run), 1);
    }
  }

  const lifecycle = {
    install: (context: PluginContext) => within(context, () => plugin.onInstall?.(kept), false).then(nothing),
    activate: (context: PluginContext) => within(context, () => null),
    deactivate: async (context: PluginContext) => {
      await within(context, () => plugin.onDeactivate?.(), false);
      activation = null;
      return null;
    },
    uninstall: (context: PluginContext) => within(context, () => plugin.onUninstall?.(), false).then(nothing),
    licenseChanged: (context: PluginContext) =>
      within(context, () => plugin.onLicenseVerified?.(license), false).then(nothing),
  };
  const events = Object.fromEntries(
    EVENTS.map((name) => [
      name,
      (context: PluginContext, event: EventEnvelope) => within(context, () => tell(hooks, name, event)),
    ]),
  );
  const routes = Object.fromEntries(
    Object.entries(plugin.routes ?? {}).flatMap(([route, handler]) => {
      const names = /^[A-Z]+ /.test(route) ? [route] : ROUTE_METHODS.map((method) => `${method} ${route}`);
      return names.map((name) => [
        name,
        (context: PluginContext, request: RouteRequest): Promise<RouteResponse> =>
          within(context, async () => {
            const { status = 200, body, headers } = (await handler({ ...request, user: NOBODY })) ?? {};
            const answer = { status, body: (body ?? null) as Json };
            return headers === undefined ? answer : { ...answer, headers };
          }),
      ]);
    }),
  );
  return { lifecycle, events, routes };
}

/** The particular hook first, then the general one; each hears an event at most once. */
async function tell(hooks: HostHooks, name: EventName, event: EventEnvelope): Promise<Json> {
  const called = `on${name.split(/[._]/).map(capital).join("")}` as const;
  const operation = name.split(".")[1];
  const { data, entity, entityId } = event;
  await (hooks[called] as ((data: unknown, event: EventEnvelope) => unknown) | undefined)?.call(hooks, data, event);
  if (operation === "created") await hooks.onEntityCreate?.(entity, data);
  else if (operation === "updated") await hooks.onEntityUpdate?.(entity, data);
  else if (operation === "deleted") await hooks.onEntityDelete?.(entity, Number(entityId));
  else await hooks.onCustomEvent?.(name, data);
  return null;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function nothing(): null {
  return null;
}
