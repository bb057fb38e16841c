import type { Principal } from "../../domain/account/principal.ts";
import { compareReleases, type ReleaseDiff } from "../../domain/catalogue/compare-releases.ts";
import { type Manifest, parseManifest } from "../../domain/manifest/manifest.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { World } from "../ports.ts";
import { showPlugin } from "./show-plugin.ts";
import type { PluginDetail, VersionRow } from "./views.ts";

export interface ReleaseView {
  readonly plugin: PluginDetail;
  readonly row: VersionRow;
  /** Null: blocked, so nothing of it is shown any more. */
  readonly files: readonly { readonly path: string; readonly size: number }[] | null;
  /** The versions beside it, by precedence. */
  readonly older: string | null;
  readonly newer: string | null;
  /** Against `older`; null without one, or when one of both is blocked. */
  readonly diff: ReleaseDiff | null;
}

/** One published release and what it changed. */
export async function showRelease(
  world: Pick<World, "catalogue">,
  name: string,
  version: string,
  viewer: Principal,
): Promise<Result<ReleaseView, Problem<"NOT_FOUND" | "release_not_found">>> {
  const found = await showPlugin(world, { name }, viewer);
  if (!found.ok) return found;
  const plugin = found.value;
  const index = plugin.versions.findIndex((row) => row.version === version);
  const row = plugin.versions[index];
  if (row === undefined) return refuse({ reason: "release_not_found" });
  const older = plugin.versions[index + 1]?.version ?? null;
  const newer = plugin.versions[index - 1]?.version ?? null;
  const [now, before] = await Promise.all([
    readManifest(world, plugin.id, version),
    older === null ? null : readManifest(world, plugin.id, older),
  ]);
  const files = now === null ? null : Object.entries(now.files).map(([path, { size }]) => ({ path, size }));
  const diff = now === null || before === null ? null : compareReleases(before, now);
  return ok({ plugin, row, files, older, newer, diff });
}

async function readManifest(
  world: Pick<World, "catalogue">,
  pluginId: string,
  version: string,
): Promise<Manifest | null> {
  const document = await world.catalogue.version(pluginId, version);
  if (document === null || document.state === "blocked") return null;
  const manifest = parseManifest(JSON.parse(document.manifest));
  return manifest.ok ? manifest.value : null;
}
