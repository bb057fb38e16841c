import { compareReleases, type ReleaseDiff } from "../../domain/catalogue/compare-releases.ts";
import { type Manifest, parseManifest } from "../../domain/manifest/manifest.ts";
import type { World } from "../ports.ts";
import type { DeskRelease } from "./ports.ts";

/** A release as the desk looks at it: what it holds and asks for, beside the release before. */
export interface BundleView {
  readonly release: DeskRelease;
  readonly manifest: Manifest;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Null for a first release. */
  readonly diff: ReleaseDiff | null;
}

/** Any state but erased bytes: what was blocked or rejected stays readable for those who look into it. */
export async function showBundle(world: Pick<World, "desk">, releaseId: string): Promise<BundleView | null> {
  const release = await world.desk.release(releaseId);
  const manifest = release === null ? null : parseManifest(JSON.parse(release.manifest));
  if (release === null || manifest?.ok !== true) return null;
  const before = release.previous === null ? null : parseManifest(JSON.parse(release.previous.manifest));
  return {
    release,
    manifest: manifest.value,
    files: Object.entries(manifest.value.files).map(([path, { size }]) => ({ path, size })),
    diff: before?.ok === true ? compareReleases(before.value, manifest.value) : null,
  };
}
