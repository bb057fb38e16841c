import type { Metric, Split } from "../../domain/catalogue/metrics.ts";
import { DAY } from "../../domain/time.ts";
import type { DayCount, SeriesOf, SeriesStore } from "../../market/catalogue/series-ports.ts";

/** Alive: a heartbeat within that time. */
const ALIVE = 7 * DAY;

/** Numbers by day, read from what each slice writes down anyway. */
export function createSeriesStore(db: D1Database): SeriesStore {
  return {
    async counts(of, { from, to }, by) {
      const wanted = COUNTS.filter((count) => by === "total" || count.splits.includes(by));
      const [plugins, id] = scopeOf(of);
      const results = await db.batch<{ day: string; name: string | null; count: number }>(
        wanted.map(({ sql }) => db.prepare(sql(plugins, by)).bind(id, from, to)),
      );
      return wanted.flatMap(({ metric }, at) =>
        (results[at]?.results ?? []).map(({ day, name, count }): DayCount => ({ day, metric, group: name, count })),
      );
    },
    async noteAlive(day, now) {
      await db
        .prepare(
          `INSERT INTO release_alive (release_id, day, installations)
           SELECT r.id, ?1, count(*) FROM activations a JOIN licenses l ON l.id = a.license_id
             JOIN releases r ON r.plugin_id = l.plugin_id AND r.version = a.version AND r.state <> 'rejected'
           WHERE a.released_at IS NULL AND a.last_seen_at > ?2 AND l.env = 'live' GROUP BY r.id
           ON CONFLICT DO UPDATE SET installations = excluded.installations`,
        )
        .bind(day, now - ALIVE)
        .run();
    },
    async publisherId(handle) {
      const id = await db.prepare("SELECT id FROM publishers WHERE handle = ?").bind(handle).first<number>("id");
      return id === null ? null : String(id);
    },
  };
}

/** Plugins that are asked about, as a condition on a plugin's id; the id is parameter 1. */
type Scope = (column: string) => string;

function scopeOf(of: SeriesOf): readonly [Scope, number] {
  if ("pluginId" in of) return [(column) => `${column} = ?1`, Number(of.pluginId)];
  return [(column) => `${column} IN (SELECT id FROM plugins WHERE publisher_id = ?1)`, Number(of.publisherId)];
}

interface Count {
  readonly metric: Metric;
  readonly splits: readonly Split[];
  /** Day, name of the group and count; parameters 2 and 3 are the first and the last day. */
  readonly sql: (plugins: Scope, by: Split) => string;
}

const dayOf = (column: string) => `date(${column}, 'unixepoch')`;
/** Seconds of a range of days, for columns with an index. */
const within = (column: string) => `${column} >= unixepoch(?2) AND ${column} < unixepoch(?3) + ${DAY}`;
const named = (by: Split, names: Partial<Record<Split, string>>) => names[by] ?? "NULL";

/** Figures of a table that has a day and a release. */
function ofReleases(table: string, value: string, names: Partial<Record<Split, string>>): Count["sql"] {
  return (plugins, by) => `SELECT d.day, ${named(by, names)} AS name, sum(${value}) AS count
    FROM releases r JOIN ${table} d ON d.release_id = r.id
    WHERE ${plugins("r.plugin_id")} AND d.day BETWEEN ?2 AND ?3 GROUP BY 1, 2`;
}

/** Figures of moments: one row is one. */
function ofMoments(
  from: string,
  plugin: string,
  at: string,
  where: string,
  version = "NULL",
  value = "1",
): Count["sql"] {
  return (plugins, by) => `SELECT ${dayOf(at)} AS day, ${named(by, { version })} AS name, sum(${value}) AS count
    FROM ${from} WHERE ${plugins(plugin)} AND ${within(at)} AND ${where} GROUP BY 1, 2`;
}

/** Runs that are still rows and runs whose rows are gone. */
function ofRuns(outcomes: string): Count["sql"] {
  return (plugins, by) => `SELECT day, name, sum(count) AS count FROM (
      SELECT day, ${named(by, { version: "version" })} AS name, runs AS count FROM execution_counts
        WHERE ${plugins("plugin_id")} AND day BETWEEN ?2 AND ?3 AND ${outcomes}
      UNION ALL SELECT ${dayOf("finished_at")}, ${named(by, { version: "version" })}, 1 FROM executions
        WHERE ${plugins("plugin_id")} AND finished_at IS NOT NULL AND ${within("finished_at")} AND ${outcomes}) GROUP BY 1, 2`;
}

const downloads: Count["sql"] = (plugins, by) =>
  by === "country"
    ? ofReleases("download_countries", "d.count", { country: "d.country" })(plugins, by)
    : ofReleases("download_days", "d.count", { version: "r.version", purpose: "d.purpose" })(plugins, by);

const COUNTS: readonly Count[] = [
  { metric: "downloads", splits: ["version", "purpose", "country"], sql: downloads },
  {
    metric: "installs",
    splits: [],
    sql: ofMoments(
      "licenses l JOIN activations a ON a.license_id = l.id",
      "l.plugin_id",
      "a.granted_at",
      "l.env = 'live'",
    ),
  },
  {
    metric: "updates",
    splits: ["version"],
    sql: ofMoments("install_ledger m", "m.plugin_id", "m.at", "m.kind = 'moved'", "m.version"),
  },
  {
    metric: "uninstalls",
    splits: ["version"],
    sql: ofMoments("install_ledger m", "m.plugin_id", "m.at", "m.kind = 'released'", "m.version"),
  },
  {
    metric: "active",
    splits: ["version"],
    sql: ofReleases("release_alive", "d.installations", { version: "r.version" }),
  },
  {
    metric: "failures",
    splits: ["version"],
    sql: ofMoments("update_failures f JOIN releases r ON r.id = f.release_id", "r.plugin_id", "f.at", "1", "r.version"),
  },
  { metric: "executions", splits: ["version"], sql: ofRuns("outcome NOT IN ('queued', 'running', 'skipped')") },
  { metric: "errors", splits: ["version"], sql: ofRuns("outcome NOT IN ('queued', 'running', 'skipped', 'ok')") },
  {
    metric: "trials",
    splits: [],
    sql: ofMoments("licenses l", "l.plugin_id", "l.issued_at", "l.type = 'trial' AND l.env = 'live'"),
  },
  {
    metric: "conversions",
    splits: [],
    sql: ofMoments(
      "orders o",
      "o.plugin_id",
      "o.paid_at",
      `EXISTS (SELECT 1 FROM licenses l WHERE l.plugin_id = o.plugin_id AND l.instance_id = o.instance_id
         AND l.type = 'trial' AND l.issued_at <= o.paid_at) AND o.kind IN ('new', 'convert')`,
    ),
  },
  {
    metric: "revenue",
    splits: [],
    sql: ofMoments(
      "orders o",
      "o.plugin_id",
      "o.paid_at",
      "o.state IN ('paid', 'disputed', 'refunded', 'charged_back') AND o.currency = 'EUR'",
      "NULL",
      "iif(o.state = 'charged_back', 0, o.amount - o.refunded)",
    ),
  },
];
