import type { Bridge } from "./bridge.ts";

/** Calls of one run that cross the isolate's wall together. */
const MAX_CROSSING = 64;

/**
 * The bridge, with calls beyond {@link MAX_CROSSING} waiting inside the isolate, at the plugin's expense. Twenty thousand
 * calls under way would cost the sandbox more than it takes to refuse them. A kindness to the process, not a guard: the
 * other side counts for itself.
 */
export function inTurn(bridge: Bridge): Bridge {
  const waiting: (() => void)[] = [];
  let first = 0;
  let crossing = 0;
  const leave = (): void => {
    const next = waiting[first++];
    if (next === undefined) {
      crossing--;
      waiting.length = first = 0;
    } else next();
  };
  return {
    log: (level, text) => bridge.log(level, text),
    call: async (method, args, bytes) => {
      if (crossing < MAX_CROSSING) crossing++;
      else await new Promise<void>((enter) => waiting.push(enter));
      try {
        return await (bytes === undefined ? bridge.call(method, args) : bridge.call(method, args, bytes));
      } finally {
        leave();
      }
    },
  };
}
