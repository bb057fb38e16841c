import type { PublicNumbers } from "../../market/showcase/show-numbers.ts";
import { formatCount, formatDate, formatShortCount } from "../format.ts";
import { LineChart } from "../parts/line-chart.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { Section } from "./section.tsx";
import { PLUGIN } from "./words.ts";

/** How much it is used, by day: drawings, and every figure of them in a table. */
export function Stats({ numbers }: { numbers: PublicNumbers }) {
  const words = wordsOf(PLUGIN);
  return (
    <Section id="stats" title={words.tabs.stats} note={words.statsNote}>
      <div class="grid gap-6">
        <Figure title={words.downloadsByDay} days={numbers.days} values={numbers.downloads} />
        <Figure title={words.activeByDay} days={numbers.days} values={numbers.active} />
        <Versions versions={numbers.versions} />
      </div>
    </Section>
  );
}

interface FigureProps {
  readonly title: string;
  readonly days: readonly string[];
  readonly values: readonly (number | null)[];
}

function Figure({ title, days, values }: FigureProps) {
  const words = wordsOf(PLUGIN);
  const counted = days.flatMap((day, index) => {
    const value = values[index];
    return typeof value === "number" ? [{ day, value }] : [];
  });
  return (
    <figure class="card p-5">
      <figcaption class="font-semibold">{title}</figcaption>
      {counted.length === 0 ? (
        <p class="mt-3 text-muted-foreground">{words.nothingCounted}</p>
      ) : (
        <>
          <LineChart
            title={words.chart(title, formatCount(Math.max(...counted.map(({ value }) => value))))}
            values={values}
            ends={[dayText(days[0]), dayText(days.at(-1))]}
            format={(value) => formatShortCount(value)}
          />
          <details class="mt-3">
            <summary class="link inline-flex min-h-8 cursor-pointer items-center text-sm">{words.asTable}</summary>
            <table class="data-table mt-2">
              <caption class="sr-only">{title}</caption>
              <thead>
                <tr>
                  <th scope="col">{words.day}</th>
                  <th scope="col" class="number">
                    {words.count}
                  </th>
                </tr>
              </thead>
              <tbody>
                {counted.map(({ day, value }) => (
                  <tr>
                    <td>
                      <time datetime={day}>{dayText(day)}</time>
                    </td>
                    <td class="number">{formatCount(value)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </figure>
  );
}

function Versions({ versions }: { versions: PublicNumbers["versions"] }) {
  const words = wordsOf(PLUGIN);
  const total = versions.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  return (
    <section class="card p-5" aria-labelledby="in-use">
      <h3 id="in-use" class="font-semibold">
        {words.versionsInUse}
      </h3>
      <table class="data-table mt-2">
        <thead>
          <tr>
            <th scope="col">{words.version}</th>
            <th scope="col" class="number">
              {words.installs}
            </th>
            <th scope="col" class="w-1/2">
              <span class="sr-only">{words.share}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map(({ version, count }) => (
            <tr>
              <td>{version === "other" ? words.others : version}</td>
              <td class="number">{formatCount(count)}</td>
              <td>
                <meter class="share" min={0} max={total} value={count} aria-label={words.share}>
                  {Math.round((100 * count) / total)} %
                </meter>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function dayText(day: string | undefined): string {
  return day === undefined ? "" : formatDate(Date.parse(`${day}T00:00:00Z`) / 1000);
}
