/** What is counted by day. Counts, except `revenue` (minor units of EUR, refunds taken off). */
export const METRICS = [
  "downloads",
  "installs",
  "updates",
  "uninstalls",
  /** Installations alive: a heartbeat within seven days. A level, not a sum: days nobody counted are null. */
  "active",
  "failures",
  "executions",
  "errors",
  "trials",
  "conversions",
  "revenue",
] as const;
export type Metric = (typeof METRICS)[number];

/** `total` is one line per metric; the others split what they can be split by. */
export const SPLITS = ["total", "version", "purpose", "country"] as const;
export type Split = (typeof SPLITS)[number];

/** Which metrics a split tells apart. */
export const METRICS_OF = {
  total: METRICS,
  version: ["downloads", "updates", "uninstalls", "active", "failures", "executions", "errors"],
  purpose: ["downloads"],
  country: ["downloads"],
} as const satisfies Record<Split, readonly Metric[]>;

export const MAX_SERIES_DAYS = 400;
/** Smaller groups are shown together as {@link OTHERS}. */
export const LEAST_GROUP = 5;
export const OTHERS = "other";
