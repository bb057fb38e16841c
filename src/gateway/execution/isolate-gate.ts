/** Distinct dynamic Workers that the platform lets one request have on their way. */
export const MAX_ISOLATES = 4;

/**
 * Keeps the runs of one request within the platform's limit: a run of an installation that is on its way passes, another
 * waits until fewer than four are. Made per request, since a promise must be settled by the request that waits for it.
 */
export function createIsolateGate(max = MAX_ISOLATES) {
  const running = new Map<string, number>();
  const waiting: (() => void)[] = [];

  return async function through<T>(isolate: string, work: () => Promise<T>): Promise<T> {
    while (!running.has(isolate) && running.size >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    running.set(isolate, (running.get(isolate) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (running.get(isolate) ?? 1) - 1;
      if (left > 0) running.set(isolate, left);
      else running.delete(isolate);
      for (const wake of waiting.splice(0)) wake();
    }
  };
}
