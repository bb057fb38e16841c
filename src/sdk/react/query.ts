import { useCallback, useRef, useState, useSyncExternalStore } from "react";
import type { PluginClient } from "../client/index.ts";
import type { Known } from "./cache.ts";
import { useProvided } from "./provider.ts";

/** What every reading hook returns beside its data. */
export interface Reading {
  /** A request is under way, the first or a later one. */
  readonly isLoading: boolean;
  readonly error: Error | null;
  /** Asks again now; settles when the answer is there. */
  readonly refetch: () => Promise<void>;
}

const NOTHING: Known<never> = { data: undefined, error: null, isLoading: false };

/**
 * What the cache knows under a key. Equal keys share one request; a key that changes or a component that leaves cancels
 * it. `null` asks nothing.
 */
export function useQuery<T>(
  key: string | null,
  load: (client: PluginClient, signal: AbortSignal) => Promise<T>,
): Known<T> & Reading {
  const { client, cache } = useProvided();
  const latest = useRef(load);
  latest.current = load;
  const subscribe = useCallback(
    (changed: () => void) =>
      key === null ? () => {} : cache.watch(key, (signal) => latest.current(client, signal), changed),
    [cache, client, key],
  );
  const read = () => (key === null ? NOTHING : cache.read<T>(key));
  const known = useSyncExternalStore<Known<T>>(subscribe, read, read);
  const refetch = useCallback(() => (key === null ? Promise.resolve() : cache.refetch(key)), [cache, key]);
  return { ...known, refetch };
}

/** An action with its flag: what it changed is asked again afterwards. */
export function useAction<A extends readonly unknown[], T>(
  act: (client: PluginClient, ...args: A) => Promise<T>,
  ...stale: readonly string[]
): readonly [run: (...args: A) => Promise<T>, isRunning: boolean] {
  const { client, cache } = useProvided();
  const [running, setRunning] = useState(0);
  const latest = useRef({ act, stale });
  latest.current = { act, stale };
  const run = useCallback(
    async (...args: A) => {
      setRunning((count) => count + 1);
      try {
        const result = await latest.current.act(client, ...args);
        cache.invalidate(...latest.current.stale);
        return result;
      } finally {
        setRunning((count) => count - 1);
      }
    },
    [client, cache],
  );
  return [run, running > 0];
}

/** The keys of the cache; what an action makes stale is named by their beginnings. */
export const keys = {
  plugins: (filters: object) => `plugins ${JSON.stringify(filters)}`,
  plugin: (id: string) => `plugin ${id}`,
  stats: (id: string) => `stats ${id}`,
  installations: (userId: string | undefined) => `installations ${userId ?? ""}`,
  licenses: (userId: string | undefined) => `licenses ${userId ?? ""}`,
} as const;
