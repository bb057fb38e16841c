/** One public fact. Numbers rise by one, without a gap, in the order of the commits. */
export interface Change {
  readonly sequence: number;
  /** Unix seconds. */
  readonly at: number;
  /** `plugin.changed`, `release.changed`, `publisher.changed` carry what is public of their subject; others tell what happened. */
  readonly kind: string;
  /** Name of a plugin, or handle of a publisher. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The change feed: enough to rebuild catalogue and index from nothing. Kept for good. */
export interface ChangeFeed {
  /** At most `limit` changes and about one MiB of them, at least one if there is one. */
  after(sequence: number, limit: number): Promise<{ readonly changes: readonly Change[]; readonly hasMore: boolean }>;
}

export interface FeedPorts {
  readonly changeFeed: ChangeFeed;
}
