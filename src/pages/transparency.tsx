import type { Hono } from "hono";
import { unixSeconds } from "../domain/time.ts";
import type { MonthFigures } from "../market/moderation/ports.ts";
import { Shell } from "./shell.tsx";
import { TRANSPARENCY } from "./transparency-words.ts";
import type { Answers, VisitorEnv } from "./visitor.ts";
import { wordsOf } from "./words/dictionary.ts";

const PATH = "/transparency";
const MONTHS = 12;

/** What the desk and the checks did, for everybody. */
export function registerTransparency(app: Hono<VisitorEnv>, answers: Answers): void {
  app.get(PATH, (context) =>
    answers.keep(
      context,
      () => {
        const { moderation, clock } = context.get("world");
        return moderation.figures(MONTHS, unixSeconds(clock.now()));
      },
      (months) => <TransparencyPage months={months} />,
    ),
  );
}

function TransparencyPage({ months }: { months: readonly MonthFigures[] }) {
  const words = wordsOf(TRANSPARENCY);
  const refusals = sumOf(months.map(({ refusalsByRule }) => refusalsByRule));
  return (
    <Shell title={`${words.title} – Rising BSM Marketplace`} canonical={PATH}>
      <article class="wrap pt-14">
        <h1 class="text-3xl font-bold tracking-tight">{words.title}</h1>
        <p class="mt-4 max-w-3xl text-lg text-muted-foreground">{words.lead}</p>
        <section class="table-scroll mt-8" aria-label={words.perMonth} tabindex={0}>
          <table class="data-table">
            <caption class="sr-only">{words.perMonth}</caption>
            <thead>
              <tr>
                <th scope="col">{words.month}</th>
                <th scope="col">{words.submissions}</th>
                <th scope="col">{words.published}</th>
                <th scope="col">{words.byRules}</th>
                <th scope="col">{words.rejected}</th>
                <th scope="col">{words.waiting}</th>
                <th scope="col">{words.appeals}</th>
                <th scope="col">{words.blocks}</th>
                <th scope="col">{words.reports}</th>
              </tr>
            </thead>
            <tbody>
              {months.map((figures) => (
                <MonthRow figures={figures} />
              ))}
            </tbody>
          </table>
        </section>
        <h2 class="mt-12 text-xl font-semibold">{words.refusals}</h2>
        {refusals.length === 0 ? (
          <p class="mt-4 text-muted-foreground">{words.none}</p>
        ) : (
          <table class="data-table mt-4">
            <caption class="sr-only">{words.refusals}</caption>
            <thead>
              <tr>
                <th scope="col">{words.rule}</th>
                <th scope="col">{words.count}</th>
              </tr>
            </thead>
            <tbody>
              {refusals.map(([rule, count]) => (
                <tr>
                  <th scope="row">
                    <code>{rule}</code>
                  </th>
                  <td>{count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p class="mt-8">
          <a class="link" href="/v1/transparency">
            {words.machine}
          </a>
        </p>
      </article>
    </Shell>
  );
}

function MonthRow({ figures }: { figures: MonthFigures }) {
  const words = wordsOf(TRANSPARENCY);
  const { month, submissions, published, publishedByRules, rejected, medianWaitSeconds } = figures;
  const total = (counts: { readonly [word: string]: number }) => Object.values(counts).reduce((sum, n) => sum + n, 0);
  return (
    <tr>
      <th scope="row">{month}</th>
      <td>{submissions}</td>
      <td>{published}</td>
      <td>{publishedByRules}</td>
      <td>{rejected}</td>
      <td>{medianWaitSeconds === null ? "–" : words.hours((medianWaitSeconds / 3600).toFixed(1))}</td>
      <td>
        {figures.appeals} ({figures.appealsOverturned})
      </td>
      <td>{total(figures.blocks)}</td>
      <td>{total(figures.reports)}</td>
    </tr>
  );
}

/** Most first. */
function sumOf(all: readonly { readonly [word: string]: number }[]): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const counts of all)
    for (const [word, count] of Object.entries(counts)) sums.set(word, (sums.get(word) ?? 0) + count);
  return [...sums].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
