import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { PluginDefinition } from "../../src/sdk/index.ts";
import {
  createEmulator,
  createTestHost,
  demoSeed,
  type Seed,
  type TestHost,
  type TestHostOptions,
  type TestManifest,
} from "../../src/sdk/testing/index.ts";

export const ROOT = path.resolve(import.meta.dirname, "../..");
export const EXAMPLES = path.join(ROOT, "src/examples");
export const HOSTILE = path.join(ROOT, "test/hostile");
/** A Tuesday in March, 11:20 in Vienna. */
export const NOON = Date.parse("2026-03-10T10:20:00.000Z");
const KEY = "rk_test_examples";

export function foldersIn(parent: string): string[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function readManifest(folder: string): TestManifest & { readonly type: string; readonly publisher: string } {
  return JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"));
}

/** One installation of an example on an emulated instance; `seed` changes its data. */
export function install(
  name: string,
  plugin: PluginDefinition,
  options: TestHostOptions & { readonly seed?: Partial<Seed> } = {},
): TestHost {
  const { seed, ...rest } = options;
  const clock = rest.clock ?? { now: () => NOON };
  const emulator = createEmulator({ apiKey: KEY, seed: { ...demoSeed(clock.now()), ...seed }, clock });
  return createTestHost(readManifest(path.join(EXAMPLES, name)), plugin, { emulator, apiKey: KEY, clock, ...rest });
}
