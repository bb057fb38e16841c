import type { IndexDocument } from "../../domain/resolve/index-document.ts";

export interface ResolvePorts {
  readonly releaseIndex: ReleaseIndex;
}

/** What was published, as far as choosing versions goes. */
export interface ReleaseIndex {
  /**
   * The documents of these plugins and of all that any of their public versions can lead to, in one read; a name without a
   * public release has none. Null: more than `maxReleases` releases.
   */
  reachable(names: readonly string[], maxReleases: number): Promise<ReadonlyMap<string, IndexDocument> | null>;
}
