// Forked by the launcher: the workerd process of the marketplace Worker.

import type { HostConfig, HostMessage } from "./host-messages.ts";
import { reportWorkerdPid } from "./workerd-pid.ts";

const CRON_EVERY_MS = 60_000;

function tell(message: HostMessage): void {
  if (process.connected) process.send?.(message);
}

reportWorkerdPid((pid) => tell({ kind: "workerd", pid }));
const { openMiniflare, workerOptions } = await import("./worker-options.ts");
const { Response } = await import("miniflare");

process.once("message", async (config: HostConfig) => {
  try {
    const allowed = new Set(config.localOrigins);
    const miniflare = openMiniflare({
      port: config.port,
      unsafeDevRegistryPath: config.registry,
      resourcePersistencePath: config.state,
      workers: [
        workerOptions("marketplace", {
          bindings: config.vars,
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
          // Everything the Worker fetches passes here: the demo's instance is reachable, nothing else is.
          outboundService: async (request: Request) => {
            const url = new URL(request.url);
            if (!allowed.has(url.origin)) return new Response("no network on this machine", { status: 599 });
            const body =
              request.method === "GET" || request.method === "HEAD" ? undefined : await request.arrayBuffer();
            const answer = await fetch(url, {
              method: request.method,
              headers: [...request.headers].filter(([name]) => !/^(host|content-length|connection)$/i.test(name)),
              redirect: "manual",
              ...(body === undefined ? {} : { body }),
            });
            return new Response(await answer.arrayBuffer(), { status: answer.status, headers: [...answer.headers] });
          },
        }),
      ],
    });
    const url = (await miniflare.ready).origin;
    const direct = await miniflare.unsafeGetDirectURL("marketplace");
    const cron = setInterval(async () => {
      const worker = await miniflare.getWorker("marketplace");
      await worker.scheduled({ cron: "* * * * *" }).catch(() => {});
    }, CRON_EVERY_MS);
    process.once("disconnect", () => {
      clearInterval(cron);
      miniflare.dispose().finally(() => process.exit(0));
    });
    tell({ kind: "ready", url, beat: direct.href });
  } catch (error) {
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
});
