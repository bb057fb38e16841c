import { SERVER_MODULE } from "../../domain/release/server-module.ts";
import type { World } from "../ports.ts";
import type { DryRunReply } from "../publish/dry-run-ports.ts";
import { readText } from "./read-text.ts";
import { showBundle } from "./show-bundle.ts";

/** What a release's server code does when it is started with nothing in its hands. */
export type TrialView = DryRunReply | { readonly kind: "no_module" } | { readonly kind: "gone" };

/** Starts the module in an isolate without any grant; no handler runs. Null: no such release. */
export async function tryModule(
  world: Pick<World, "desk" | "bundles" | "dryRun">,
  releaseId: string,
): Promise<TrialView | null> {
  const bundle = await showBundle(world, releaseId);
  if (bundle === null) return null;
  const { release, manifest } = bundle;
  const listed = manifest.files[SERVER_MODULE];
  if (listed === undefined) return { kind: "no_module" };
  const module = await readText(world, release.sha256, SERVER_MODULE, listed.sha256);
  if (module.kind !== "text") return { kind: "gone" };
  return world.dryRun.load({
    plugin: manifest.name,
    version: manifest.version,
    type: manifest.type,
    sha256: listed.sha256,
    text: module.text,
  });
}
