import type { Revocation } from "../../domain/license/revocation.ts";

/** What the revocation list needs of the world. */
export interface RevocationPorts {
  readonly revocations: RevocationStore;
}

/** Everything that still counts, in the order of the epochs. */
export interface RevocationPage {
  /** Of the newest entry that ever was. */
  readonly epoch: number;
  readonly entries: readonly (Revocation & { readonly epoch: number })[];
}

/**
 * The list's entries. A use case that takes rights away inside a batch of its own writes its entry there
 * (`appendRevocation`, `storage/license/revocations.ts`), never by a call after the commit.
 */
export interface RevocationStore {
  /** At most half a minute old; the same object as long as it is. */
  read(now: number): Promise<RevocationPage>;
  /**
   * Number of the newest entry, at most half a minute old: the `rle` of leases. A number that is too low only makes
   * somebody look again.
   */
  epoch(now: number): Promise<number>;
  /** Entries that nothing unexpired needs go; the newest stays. */
  prune(now: number): Promise<void>;
}
