const POLL_MS = 100;
/** Nobody waits longer for a turn than this. */
const MAX_WAIT_MS = 8000;
/** A run whose request died never says that it ended. */
const FORGOTTEN_AFTER_MS = 90_000;

/**
 * The runs of this isolate that are on their way. After a lost call with several in flight nobody can tell whose fault it
 * was, so the suspects run again one at a time; the next loss then has one suspect. Waiting polls, because a promise of
 * one request must not be settled by another.
 */
export interface Flight {
  /** Takes part beside others, unless one runs alone just now. */
  together<T>(id: string, work: () => Promise<T>): Promise<T>;
  /** Takes part when nobody else does, and keeps others away meanwhile. */
  alone<T>(id: string, work: () => Promise<T>): Promise<T>;
  /** How many others are on their way. */
  others(id: string): number;
}

export function createFlight(now: () => number): Flight {
  const since = new Map<string, number>();
  let alone: { readonly id: string; readonly at: number } | null = null;

  const isReserved = () => alone !== null && now() - alone.at < FORGOTTEN_AFTER_MS;
  const others = (id: string) => {
    let count = 0;
    for (const [other, at] of since) if (other !== id && now() - at < FORGOTTEN_AFTER_MS) count++;
    return count;
  };
  const fly = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    since.set(id, now());
    try {
      return await work();
    } finally {
      since.delete(id);
    }
  };

  return {
    others,
    async together(id, work) {
      for (let waited = 0; isReserved() && waited < MAX_WAIT_MS; waited += POLL_MS) await scheduler.wait(POLL_MS);
      return fly(id, work);
    },
    async alone(id, work) {
      for (let waited = 0; isReserved() && waited < FORGOTTEN_AFTER_MS; waited += POLL_MS)
        await scheduler.wait(POLL_MS);
      const mine = { id, at: now() };
      alone = mine;
      try {
        for (let waited = 0; others(id) > 0 && waited < MAX_WAIT_MS; waited += POLL_MS) await scheduler.wait(POLL_MS);
        return await fly(id, work);
      } finally {
        if (alone === mine) alone = null;
      }
    },
  };
}
