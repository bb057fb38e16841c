import { LEAST_GROUP, METRICS_OF, type Metric, OTHERS, type Split } from "../../domain/catalogue/metrics.ts";
import type { DayCount, SeriesLine } from "./series-ports.ts";

/**
 * Lines out of figures: one value per day. Sums have a zero where nothing happened, the level `active` has null where nobody
 * looked. Groups that never reach {@link LEAST_GROUP} are one line: nobody is told apart.
 */
export function arrangeSeries(counts: readonly DayCount[], days: readonly string[], by: Split): readonly SeriesLine[] {
  const place = new Map(days.map((day, at) => [day, at]));
  return METRICS_OF[by].flatMap((metric) => {
    const groups = groupsOf(counts.filter((count) => count.metric === metric));
    if (by === "total") return [lineOf(metric, null, [...groups.values()].flat(), place)];
    const [large, small] = divide(groups);
    const lines = large.map(([group, figures]) => lineOf(metric, group, figures, place));
    return small.length === 0 ? lines : [...lines, lineOf(metric, OTHERS, small, place)];
  });
}

/** Comma-separated values of the same lines: a row per day, a column per line (RFC 4180). */
export function seriesCsv(days: readonly string[], lines: readonly SeriesLine[]): string {
  const head = ["day", ...lines.map(({ metric, group }) => (group === null ? metric : `${metric} ${group}`))];
  const rows = days.map((day, at) => [day, ...lines.map(({ values }) => values[at] ?? "")]);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Quoted where needed; what a spreadsheet would take for a formula is text. */
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type Groups = ReadonlyMap<string, readonly DayCount[]>;

function groupsOf(counts: readonly DayCount[]): Groups {
  const groups = new Map<string, DayCount[]>();
  for (const count of counts) {
    const name = count.group ?? OTHERS;
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [count]);
    else known.push(count);
  }
  return groups;
}

/** Groups worth a line of their own, largest first, and the figures of all others. */
function divide(groups: Groups): readonly [readonly (readonly [string, readonly DayCount[]])[], readonly DayCount[]] {
  const sized = [...groups].map(([name, figures]) => ({ name, figures, size: sizeOf(figures) }));
  const isLarge = ({ name, size }: { name: string; size: number }) => name !== OTHERS && size >= LEAST_GROUP;
  const large = sized.filter(isLarge).sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
  const small = sized.filter((group) => !isLarge(group)).flatMap(({ figures }) => figures);
  return [large.map(({ name, figures }) => [name, figures] as const), small];
}

/** A level is as large as on its best day, a sum as the whole. */
function sizeOf(figures: readonly DayCount[]): number {
  const counts = figures.map(({ count }) => count);
  return figures[0]?.metric === "active" ? Math.max(...counts) : counts.reduce((sum, count) => sum + count, 0);
}

function lineOf(
  metric: Metric,
  group: string | null,
  figures: readonly DayCount[],
  place: ReadonlyMap<string, number>,
): SeriesLine {
  const values: (number | null)[] = Array.from({ length: place.size }, () => (metric === "active" ? null : 0));
  for (const { day, count } of figures) {
    const at = place.get(day);
    if (at !== undefined) values[at] = (values[at] ?? 0) + count;
  }
  return { metric, group, values };
}
