import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import type { Demo } from "../../src/local/demo.ts";
import { launch } from "../../src/local/launch.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly marketplace: { readonly url: string; readonly data: string; readonly demo: Demo };
  }
}

/** One marketplace for all journeys: what `npm start` starts, on a free port and an empty data folder. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data = await mkdtemp(path.join(os.tmpdir(), "rbsm-journey-"));
  const launched = await launch({ port: 0, data, build: false });
  if (launched.demo === null) throw new Error("the journeys need the demo");
  project.provide("marketplace", { url: launched.url, data, demo: launched.demo });
  return async () => {
    await launched.stop();
    await rm(data, { recursive: true, force: true });
  };
}
