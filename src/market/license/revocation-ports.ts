import type { Revocation } from "../../domain/license/revocation.ts";

/** What the revocation list needs of the world. */
export interface RevocationPorts {
  readonly revocations: RevocationStore;
}

/** Entries after `since`, in the order of their epochs. */
export interface RevocationPage {
  readonly epoch: number;
  /** What was left out; 0: nothing. */
  readonly since: number;
  readonly isFull: boolean;
  readonly entries: readonly Revocation[];
}

/**
 * The list's entries. A use case that takes rights away inside a batch of its own writes its entry there
 * (`appendRevocation`, `storage/license/revocations.ts`), never by a call after the commit.
 */
export interface RevocationStore {
  /** A delta after `since`, or everything that still counts when `since` is 0, unknown or too old. */
  read(since: number, now: number): Promise<RevocationPage>;
  /**
   * Number of the newest entry, at most half a minute old: the `rle` of leases. A number that is too low only makes
   * somebody look again.
   */
  epoch(now: number): Promise<number>;
  /** A signed list for `since`, made less than half a minute ago; null where none is. */
  kept(since: number, now: number): string | null;
  keep(since: number, document: string, now: number): void;
  /** Entries that nothing unexpired needs go; the newest stays. */
  prune(now: number): Promise<void>;
}
