// Forked by the launcher: the workerd process in which plugin code runs. It may be killed at any moment.

import type { HostConfig, HostMessage } from "./host-messages.ts";
import { reportWorkerdPid } from "./workerd-pid.ts";

const HEAP_FLAG = "--max-old-space-size=512";

function tell(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}

process.env.MINIFLARE_WORKERD_V8_FLAGS ??= HEAP_FLAG;
reportWorkerdPid((pid) => tell({ kind: "workerd", pid }));
const { openMiniflare, workerOptions } = await import("./worker-options.ts");
const { answerEgress } = await import("./egress-hosts.ts");

process.once("message", async (config: HostConfig) => {
  try {
    const miniflare = openMiniflare({
      port: 0,
      unsafeDevRegistryPath: config.registry,
      resourcePersistencePath: config.state,
      unsafeHandleRuntimeRestart: () => announce(),
      workers: [
        workerOptions("sandbox", {
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
          outboundService: answerEgress,
        }),
      ],
    });
    const announce = async (): Promise<void> => {
      const url = (await miniflare.ready).origin;
      tell({ kind: "ready", url, beat: (await miniflare.unsafeGetDirectURL("sandbox")).href });
    };
    process.once("disconnect", () => {
      miniflare.dispose().finally(() => process.exit(0));
    });
    await announce();
  } catch (error) {
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
