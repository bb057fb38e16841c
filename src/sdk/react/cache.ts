/** Milliseconds an answer is shown without asking again. */
export const FRESH_MS = 5 * 60_000;
/** Milliseconds an answer is kept after its last watcher left. */
export const KEPT_MS = 10 * 60_000;

/** What is known under one key. The object is replaced with every change, so it can be compared. */
export interface Known<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly isLoading: boolean;
}

interface Entry {
  known: Known<unknown>;
  loadedAt: number;
  flight: { readonly stop: AbortController; readonly done: Promise<void> } | null;
  readonly watchers: Set<() => void>;
  keepTimer: ReturnType<typeof setTimeout> | undefined;
  load: (signal: AbortSignal) => Promise<unknown>;
}

/** One memory for all hooks under a provider: equal questions share one request, unwatched ones are cancelled. */
export interface QueryCache {
  read<T>(key: string): Known<T>;
  /** Watches a key and loads it unless it is fresh. Answers how to stop; the last to stop cancels the request. */
  watch<T>(key: string, load: (signal: AbortSignal) => Promise<T>, changed: () => void): () => void;
  /** Asks again now, whatever is known. */
  refetch(key: string): Promise<void>;
  /** Everything whose key starts so is stale: what is watched is asked again, the rest with its next watcher. */
  invalidate(...prefixes: readonly string[]): void;
}

const UNKNOWN: Known<never> = { data: undefined, error: null, isLoading: true };

/** @param now Unix milliseconds. */
export function createQueryCache(now: () => number = () => Date.now()): QueryCache {
  const entries = new Map<string, Entry>();

  function tell(entry: Entry, known: Partial<Known<unknown>>): void {
    entry.known = { ...entry.known, ...known };
    for (const changed of [...entry.watchers]) changed();
  }

  function start(entry: Entry): Promise<void> {
    const stop = new AbortController();
    const settle = (known: Partial<Known<unknown>>): void => {
      if (entry.flight?.stop !== stop) return;
      entry.flight = null;
      tell(entry, { ...known, isLoading: false });
    };
    const done = entry.load(stop.signal).then(
      (data) => {
        if (entry.flight?.stop === stop) entry.loadedAt = now();
        settle({ data, error: null });
      },
      (error: unknown) => settle({ error: error instanceof Error ? error : new Error(String(error)) }),
    );
    entry.flight = { stop, done };
    if (!entry.known.isLoading) tell(entry, { isLoading: true });
    return done;
  }

  function leave(key: string, entry: Entry): void {
    if (entry.watchers.size > 0) return;
    if (entry.flight !== null) {
      entry.flight.stop.abort(new Error("Nobody waits for this answer any more"));
      entry.flight = null;
    }
    clearTimeout(entry.keepTimer);
    entry.keepTimer = setTimeout(() => entry.watchers.size === 0 && entries.delete(key), KEPT_MS);
    if (entry.known.data === undefined) entries.delete(key);
    else entry.known = { ...entry.known, isLoading: false };
  }

  return {
    read: <T>(key: string) => (entries.get(key)?.known ?? UNKNOWN) as Known<T>,
    watch(key, load, changed) {
      const entry = entries.get(key) ?? {
        known: UNKNOWN,
        loadedAt: Number.NEGATIVE_INFINITY,
        flight: null,
        watchers: new Set<() => void>(),
        keepTimer: undefined,
        load,
      };
      entries.set(key, entry);
      entry.load = load;
      clearTimeout(entry.keepTimer);
      entry.watchers.add(changed);
      if (entry.flight === null && now() - entry.loadedAt >= FRESH_MS) void start(entry);
      return () => {
        entry.watchers.delete(changed);
        leave(key, entry);
      };
    },
    async refetch(key) {
      const entry = entries.get(key);
      if (entry === undefined) return;
      entry.flight?.stop.abort(new Error("Asked again"));
      await start(entry);
    },
    invalidate(...prefixes) {
      for (const [key, entry] of entries) {
        if (!prefixes.some((prefix) => key.startsWith(prefix))) continue;
        entry.loadedAt = Number.NEGATIVE_INFINITY;
        if (entry.watchers.size === 0) continue;
        entry.flight?.stop.abort(new Error("Asked again"));
        void start(entry);
      }
    },
  };
}
