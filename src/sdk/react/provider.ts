import { createContext, createElement, type ReactNode, useContext, useMemo } from "react";
import type { PluginClient } from "../client/index.ts";
import { createQueryCache, type QueryCache } from "./cache.ts";

interface Provided {
  readonly client: PluginClient;
  readonly cache: QueryCache;
}

const Context = createContext<Provided | null>(null);

/** Gives the hooks below their client and one cache. Another client starts with an empty cache. */
export function PluginMarketplaceProvider(props: {
  readonly client: PluginClient;
  readonly cache?: QueryCache;
  readonly children?: ReactNode;
}): ReactNode {
  const { client, cache, children } = props;
  const provided = useMemo(() => ({ client, cache: cache ?? createQueryCache() }), [client, cache]);
  return createElement(Context.Provider, { value: provided }, children);
}

/** The client of the provider above, for calls that have no hook. */
export function usePluginClient(): PluginClient {
  return useProvided().client;
}

/** For the hooks of this folder. */
export function useProvided(): Provided {
  const provided = useContext(Context);
  if (provided === null) throw new Error("Put a PluginMarketplaceProvider around this component");
  return provided;
}
