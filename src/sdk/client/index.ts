/** The marketplace's API as an object: everything a host's pages call. */
import { licenseCalls } from "./licenses.ts";
import { type LineOptions, openLine } from "./line.ts";
import { pluginCalls } from "./plugins.ts";

export type { Credentials } from "../credentials.ts";
export type { Fetch, FetchInit, FetchResponse } from "../http.ts";
export { type AppliedAction, applyActions, type PendingAction, type PullOptions } from "./actions.ts";
export { MarketplaceError } from "./error.ts";
export type * from "./license-shapes.ts";
export type { CallOptions, LineOptions } from "./line.ts";
export {
  type FetchedWebhook,
  type InstalledPluginVersion,
  type PingOptions,
  type PingRound,
  type PluginNote,
  type PluginUpdate,
  pingMarketplace,
} from "./ping.ts";
export type { Decision, DownloadOptions } from "./plugins.ts";
export type * from "./shapes.ts";

/** How a client is made. */
export interface PluginClientOptions extends LineOptions {
  /** The signed-in user of the instance, where a method is not told another. */
  readonly userId?: string | undefined;
}

/** Every method of the client; each takes `{signal}` last and throws {@link MarketplaceError} when refused. */
export type PluginClient = ReturnType<typeof pluginCalls> & ReturnType<typeof licenseCalls>;

/**
 * A client of one marketplace.
 *
 * @example
 * ```ts
 * const client = createPluginClient({ marketplace: "https://market.example", credentials: { apiKey, apiSecret } });
 * const { data } = await client.searchPlugins({ query: "reminder", minRating: 4 });
 * ```
 */
export function createPluginClient(options: PluginClientOptions): PluginClient {
  const line = openLine(options);
  const clock = options.clock ?? { now: () => Date.now() };
  return { ...pluginCalls(line), ...licenseCalls(line, clock, options.userId) };
}
