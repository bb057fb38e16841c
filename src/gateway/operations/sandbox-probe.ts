import type { Runner } from "../../contract/sandbox.ts";
import type { SandboxProbe } from "../../market/operations/ports.ts";

const PATIENCE_MS = 2000;

/** Asks the sandbox Worker whether it is there; no plugin runs for it. */
export function createSandboxProbe(sandbox: Runner): SandboxProbe {
  return {
    async answers() {
      const ping = Promise.resolve(sandbox.ping()).then(
        () => true,
        () => false,
      );
      return Promise.race([ping, scheduler.wait(PATIENCE_MS).then(() => false)]);
    },
  };
}
