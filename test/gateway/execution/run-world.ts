import type { CapabilityWorld } from "../../../src/gateway/execution/capabilities/open-capabilities.ts";
import type { Authority, PulledData } from "../../../src/market/execution/ports.ts";

/** What a runner asks of the world. */
type RunWorld = CapabilityWorld & { readonly pulledData: PulledData };

/** In whose name runs of the tests act. */
export const AUTHORITY: Authority = {
  instanceId: "1",
  pluginId: "1",
  licenseId: "1",
  userId: "1",
  tier: "basic",
  storageBytes: null,
  bundleSha256: "b".repeat(64),
  sealed: {},
  secretFields: [],
  storageId: "act_test",
  snapshot: null,
  eventDepth: 0,
};

function nobody(): never {
  throw new Error("not called");
}

/** The parts of the world that a test hands in; whoever asks for another part fails the test. */
export function worldOf(parts: Partial<RunWorld>): RunWorld {
  const clock = { now: () => Date.now() };
  const pluginStorage = { of: () => ({}) as never };
  return new Proxy({ clock, pluginStorage, hostData: { call: nobody }, ...parts } as RunWorld, {
    get(target, name) {
      if (name in target) return target[name as keyof RunWorld];
      throw new Error(`the test has no ${String(name)}`);
    },
  });
}
