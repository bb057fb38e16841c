import type { IndexDocument } from "../../domain/resolve/index-document.ts";

export interface ResolvePorts {
  readonly releaseIndex: ReleaseIndex;
  readonly installedVersions: InstalledVersions;
}

/** What was published, as far as choosing versions goes. */
export interface ReleaseIndex {
  /**
   * The documents of these plugins and of all that any of their public versions can lead to, in one read; a name without a
   * public release has none. Null: more than `maxReleases` releases.
   */
  reachable(names: readonly string[], maxReleases: number): Promise<ReadonlyMap<string, IndexDocument> | null>;
}

/** What instances have, beside what a version needs. */
export interface InstalledVersions {
  /** Needs of a public version by name, each with the versions of that plugin that the instance has (installed, not released). */
  needsOf(where: {
    readonly instanceId: string;
    readonly pluginId: string;
    readonly version: string;
  }): Promise<{ readonly name: string; readonly needs: readonly Need[] }>;
}

export interface Need {
  readonly name: string;
  readonly range: string;
  readonly installed: readonly string[];
}
