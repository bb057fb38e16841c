import type { Metric, Split } from "../../domain/catalogue/metrics.ts";

export { METRICS, METRICS_OF, type Metric, SPLITS, type Split } from "../../domain/catalogue/metrics.ts";

/** `YYYY-MM-DD` in UTC, both ends included, at most {@link MAX_SERIES_DAYS}. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface SeriesLine {
  readonly metric: Metric;
  /** Version, purpose or country (two letters, `XX` unknown); null where nothing is split. */
  readonly group: string | null;
  /** One per day of the range; null: nothing was counted that day. */
  readonly values: readonly (number | null)[];
}

export interface Series extends DayRange {
  readonly by: Split;
  /** Every day of the range, in order. */
  readonly days: readonly string[];
  readonly lines: readonly SeriesLine[];
}

/** One figure of one day as it is stored. */
export interface DayCount {
  readonly day: string;
  readonly metric: Metric;
  readonly group: string | null;
  readonly count: number;
}

/** Numbers of one plugin, or of all plugins of a publisher. */
export type SeriesOf = { readonly pluginId: string } | { readonly publisherId: string };

export interface SeriesStore {
  /** Figures of the range; days without any are left out. */
  counts(of: SeriesOf, range: DayRange, by: Split): Promise<readonly DayCount[]>;
  /** Notes how many installations of every release are alive; once more the same day replaces the figure. */
  noteAlive(day: string, now: number): Promise<void>;
  /** Null: there is no such publisher. */
  publisherId(handle: string): Promise<string | null>;
}

export interface SeriesPorts {
  readonly series: SeriesStore;
}
