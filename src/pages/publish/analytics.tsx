import { publisherPaths } from "../../contract/publisher/paths.ts";
import { type Metric, OTHERS } from "../../domain/catalogue/metrics.ts";
import type { Series, SeriesLine } from "../../market/catalogue/series-ports.ts";
import type { OwnPlugin } from "../../market/publisher/ports.ts";
import { Section } from "../account/form-parts.tsx";
import type { FormProblem } from "../console/form-problem.ts";
import { ErrorSummary, Select } from "../console/parts.tsx";
import { formatCount, formatMoney } from "../format.ts";
import { wordsOf } from "../words/dictionary.ts";
import { currentLanguage } from "../words/language.ts";
import { ANALYTICS_WORDS } from "./analytics-words.ts";
import { Bars, DayChart } from "./chart.tsx";
import { PublishShell } from "./layout.tsx";
import type { Seat } from "./on-publish.ts";

export interface AnalyticsView {
  readonly plugins: readonly OwnPlugin[];
  readonly pluginId: string | undefined;
  readonly from: string;
  readonly to: string;
  /** Null: the range cannot be shown. */
  readonly total: Series | null;
  readonly versions: Series | null;
  readonly countries: Series | null;
  readonly problem?: FormProblem | undefined;
}

/** `/publish/{handle}/analytics` */
export function AnalyticsPage({ seat, view }: { seat: Seat; view: AnalyticsView }) {
  const words = wordsOf(ANALYTICS_WORDS);
  const { handle } = seat.member;
  const { plugins, pluginId, from, to, total, versions, countries, problem } = view;
  const file = (by: string) => {
    const chosen = new URLSearchParams({ by, from, to, ...(pluginId === undefined ? {} : { plugin: pluginId }) });
    return `${publisherPaths.analytics(handle)}/series.csv?${chosen}`;
  };
  return (
    <PublishShell seat={seat} title={words.title} at="analytics" lead={words.lead}>
      <ErrorSummary problem={problem} />
      <form class="mt-6 flex flex-wrap items-end gap-3" method="get" action={publisherPaths.analytics(handle)}>
        <Select
          id="plugin"
          label={words.plugin}
          value={pluginId ?? ""}
          options={[["", words.all], ...plugins.map(({ id, displayName }) => [id, displayName] as const)]}
        />
        <DayField id="from" label={words.from} value={from} />
        <DayField id="to" label={words.to} value={to} />
        <button type="submit" class="button button-quiet">
          {words.show}
        </button>
      </form>
      {total === null ? null : (
        <>
          <div class="mt-2 grid grid-cols-1 gap-x-6 lg:grid-cols-2">
            {total.lines.map((line) => (
              <MetricCard line={line} days={total.days} />
            ))}
          </div>
          <div class="grid grid-cols-1 gap-x-6 lg:grid-cols-2">
            <Shares
              id="versions"
              title={words.versions}
              text={words.versionsText}
              head={words.version}
              rows={(versions?.lines ?? []).filter(({ metric }) => metric === "active")}
            />
            <Shares
              id="countries"
              title={words.countries}
              text={words.countriesText}
              head={words.country}
              rows={(countries?.lines ?? []).filter(({ metric }) => metric === "downloads")}
            />
          </div>
          <p class="mt-6 flex flex-wrap gap-x-5 gap-y-1">
            <span class="font-medium">{words.files}:</span>
            <a class="link" href={file("total")}>
              {words.byDay}
            </a>
            <a class="link" href={file("version")}>
              {words.byVersion}
            </a>
            <a class="link" href={file("country")}>
              {words.byCountry}
            </a>
          </p>
        </>
      )}
    </PublishShell>
  );
}

function DayField({ id, label, value }: { id: string; label: string; value: string }) {
  return (
    <div>
      <label class="block text-sm font-medium" for={id}>
        {label}
      </label>
      <input id={id} name={id} type="date" value={value} class="field mt-1.5 w-auto" />
    </div>
  );
}

function MetricCard({ line, days }: { line: SeriesLine; days: readonly string[] }) {
  const words = wordsOf(ANALYTICS_WORDS);
  const { metric, values } = line;
  const counted = values.filter((value) => value !== null);
  const isLevel = metric === "active";
  const figure = isLevel ? (counted.at(-1) ?? null) : counted.reduce((sum, value) => sum + value, 0);
  const show = (value: number | null) => (value === null ? "–" : shown(metric, value));
  const id = `metric-${metric}`;
  return (
    <section class="card mt-6 min-w-0 p-5" aria-labelledby={id}>
      <div class="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id={id} class="font-semibold">
          {words.metrics[metric]} <span class="text-sm font-normal text-muted-foreground">{words.units[metric]}</span>
        </h2>
        <p class="text-2xl font-semibold tabular-nums">{show(figure)}</p>
      </div>
      <p class="text-sm text-muted-foreground">{isLevel ? words.onLast : words.total}</p>
      {counted.some((value) => value !== 0) ? null : <p class="mt-3 text-sm text-muted-foreground">{words.nothing}</p>}
      <div class={counted.some((value) => value !== 0) ? "mt-3" : "hidden"}>
        <DayChart
          values={values}
          label={words.chart(
            words.metrics[metric],
            days[0] ?? "",
            days.at(-1) ?? "",
            show(counted.length === 0 ? null : Math.max(...counted)),
          )}
        />
        <p class="mt-1 flex justify-between text-xs text-muted-foreground">
          <span>{days[0]}</span>
          <span>{days.at(-1)}</span>
        </p>
      </div>
      <details class="mt-3">
        <summary class="min-h-9 cursor-pointer text-sm font-medium">{words.table}</summary>
        <table class="mt-2 w-full text-sm">
          <thead>
            <tr class="border-b border-border text-left text-muted-foreground">
              <th class="py-1 font-medium">{words.day}</th>
              <th class="py-1 text-right font-medium">{words.metrics[metric]}</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day, at) => (
              <tr>
                <th class="py-0.5 text-left font-normal" scope="row">
                  {day}
                </th>
                <td class="py-0.5 text-right tabular-nums">
                  {values[at] === null || values[at] === undefined ? words.notCounted : show(values[at])}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}

function shown(metric: Metric, value: number): string {
  return metric === "revenue" ? formatMoney(value) : formatCount(value);
}

function Shares({
  id,
  title,
  text,
  head,
  rows,
}: {
  id: string;
  title: string;
  text: string;
  head: string;
  rows: readonly SeriesLine[];
}) {
  const words = wordsOf(ANALYTICS_WORDS);
  const language = currentLanguage();
  const counted = rows
    .map(({ metric, group, values }) => {
      const known = values.filter((value) => value !== null);
      const count = metric === "active" ? (known.at(-1) ?? 0) : known.reduce((sum, value) => sum + value, 0);
      return { name: id === "countries" ? countryName(group, language) : group, count, text: formatCount(count) };
    })
    .filter(({ count }) => count > 0)
    .map(({ name, ...rest }) => ({ ...rest, name: name === OTHERS || name === null ? words.others : name }));
  return (
    <Section id={id} title={title}>
      <p class="text-sm text-muted-foreground">{text}</p>
      {counted.length === 0 ? (
        <p class="mt-3">{words.nothing}</p>
      ) : (
        <table class="mt-3 w-full text-sm">
          <thead>
            <tr class="border-b border-border text-left text-muted-foreground">
              <th class="py-1 font-medium">{head}</th>
              <td />
              <th class="py-1 text-right font-medium">{words.count}</th>
            </tr>
          </thead>
          <tbody>
            <Bars rows={counted} />
          </tbody>
        </table>
      )}
    </Section>
  );
}

/** Two letters of ISO 3166 → the name in the reader's language; what stands for several stays. */
function countryName(code: string | null, language: string): string | null {
  if (code === null || code === OTHERS) return code;
  if (!/^[A-Z]{2}$/.test(code) || code === "XX") return wordsOf(ANALYTICS_WORDS).unknown;
  return new Intl.DisplayNames([language], { type: "region", fallback: "code" }).of(code) ?? code;
}
