/** React hooks over the client: what the host's plugin pages are made of. Needs React 18 or later. */
export { createQueryCache, FRESH_MS, KEPT_MS, type Known, type QueryCache } from "./cache.ts";
export { PluginView, PluginView as PluginFrame, type PluginViewProps } from "./plugin-view.ts";
export { PluginMarketplaceProvider, usePluginClient } from "./provider.ts";
export type { Reading } from "./query.ts";
export { type UsePluginInstallations, usePluginInstallations } from "./use-installations.ts";
export { type UsePluginLicenses, usePluginLicenses } from "./use-licenses.ts";
export { type UseCreatePlugin, type UsePlugin, useCreatePlugin, usePlugin } from "./use-plugin.ts";
export { type Pagination, type UsePlugins, usePlugins } from "./use-plugins.ts";
