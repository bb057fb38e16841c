import path from "node:path";
import type { OpenedBundle } from "../../../domain/bundle/open.ts";
import { ok } from "../../../domain/result.ts";
import type { InstallationFacts } from "../../../sdk/testing/host/run-facts.ts";
import { misuse, type Outcome } from "../../problem.ts";
import { buildPlugin } from "../build-plugin.ts";
import { startDevServer } from "./dev-server.ts";
import { watchFolder } from "./watch-folder.ts";
import { factsFault, type Happening, openWorkbench, type Workbench } from "./workbench.ts";

export interface DevOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly isOnline: boolean;
  readonly onHappening: (happening: Happening) => void;
  readonly facts?: InstallationFacts;
}
export interface DevSession {
  readonly url: string;
  readonly workbench: Workbench;
  close(): Promise<void>;
}

/** Builds, opens the workbench and its page, and builds again whenever a file changes. A build that fails leaves the last one running. */
export async function startDev(folder: string, options: DevOptions): Promise<Outcome<DevSession>> {
  const root = path.resolve(folder);
  const first = await buildPlugin(root);
  if (!first.ok) return first;
  let bundle: OpenedBundle = first.value;
  let build = "built";
  const { isOnline, facts = {} } = options;
  const fault = factsFault(bundle, facts);
  if (fault !== null) return { ok: false, problem: misuse("option_invalid", fault) };
  const workbench = openWorkbench(bundle, { isOnline, facts, now: Date.now, onHappening: tell });
  const server = await startDevServer(options.port, workbench, () => ({ bundle, build })).catch(
    (error: NodeJS.ErrnoException) => error,
  );
  if (server instanceof Error) {
    await workbench.close();
    return { ok: false, problem: tellPort(options.port, server) };
  }

  function tell(happening: Happening): void {
    options.onHappening(happening);
    if (!(server instanceof Error)) server?.tell(happening);
  }

  async function rebuild(): Promise<void> {
    const next = await buildPlugin(root);
    if (next.ok && next.value.sha256 === bundle.sha256 && build === "built") return;
    if (next.ok) {
      bundle = next.value;
      workbench.load(bundle);
    }
    build = next.ok ? "built" : next.problem.message;
    tell({ kind: "build", ok: next.ok, message: next.ok ? `built ${bundle.sha256.slice(0, 16)}` : build });
  }

  let building: Promise<void> = Promise.resolve();
  const watcher = await watchFolder(root, () => {
    building = building
      .then(rebuild)
      .catch((error: Error) => tell({ kind: "build", ok: false, message: error.message }));
  });

  return ok({
    url: server.url,
    workbench,
    async close() {
      watcher.close();
      await building;
      await Promise.all([server.close(), workbench.close()]);
    },
  });
}

function tellPort(port: number, error: NodeJS.ErrnoException) {
  return {
    code: "port_taken",
    kind: "conflict" as const,
    message: `Port ${port} cannot be used (${error.code ?? error.message}).`,
    next: "Choose another with --port, or 0 for any.",
  };
}
