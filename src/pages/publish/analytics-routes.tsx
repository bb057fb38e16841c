import type { Hono } from "hono";
import { dayOf } from "../../domain/catalogue/days.ts";
import { SPLITS, type Split } from "../../domain/catalogue/metrics.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import { seriesCsv } from "../../market/catalogue/arrange-series.ts";
import type { Series } from "../../market/catalogue/series-ports.ts";
import { showPluginSeries, showPublisherSeries } from "../../market/catalogue/show-series.ts";
import type { OwnPlugin } from "../../market/publisher/ports.ts";
import { privatePage, refusalPage } from "../account/respond.tsx";
import type { PersonalEnv } from "../account/session.ts";
import { invalidForm } from "../console/form-problem.ts";
import { wordsOf } from "../words/dictionary.ts";
import { languageOf } from "../words/language.ts";
import { AnalyticsPage } from "./analytics.tsx";
import { ANALYTICS_WORDS } from "./analytics-words.ts";
import { holds, onMember, type PublishContext, type Seat } from "./on-publish.ts";

const SHOWN_DAYS = 30;
const A_DAY = /^\d{4}-\d{2}-\d{2}$/;

interface Choice {
  readonly from: string;
  readonly to: string;
  readonly pluginId: string | undefined;
}

/** Numbers by day of all plugins or of one, drawn and as files. What was earned is for those who sell. */
export function registerAnalyticsPages(app: Hono<PersonalEnv>): void {
  onMember(app, "/analytics", "statistics", async (context, seat) => {
    const world = context.get("world");
    const plugins = await world.publishing.plugins(seat.member.id, unixSeconds(world.clock.now()));
    const choice = readChoice(context, plugins);
    const [total, versions, countries] = await Promise.all(
      (["total", "version", "country"] as const).map((by) => load(context, seat, choice, by)),
    );
    const { badRange } = wordsOf(ANALYTICS_WORDS, languageOf(context.req.raw));
    const problem = total === null ? invalidForm([{ field: "from", text: badRange }]) : undefined;
    const view = {
      ...choice,
      plugins,
      total: total ?? null,
      versions: versions ?? null,
      countries: countries ?? null,
      problem,
    };
    return privatePage(
      context,
      () => <AnalyticsPage seat={seat} view={view} />,
      problem === undefined ? {} : { status: 422 },
    );
  });

  onMember(app, "/analytics/series.csv", "statistics", async (context, seat) => {
    const world = context.get("world");
    const plugins = await world.publishing.plugins(seat.member.id, unixSeconds(world.clock.now()));
    const choice = readChoice(context, plugins);
    const by = SPLITS.find((split) => split === new URL(context.req.url).searchParams.get("by")) ?? "total";
    const series = await load(context, seat, choice, by);
    if (series === null) return refusalPage(context, "VALIDATION_ERROR", 422);
    const name = `${seat.member.handle}-${by}-${series.from}-${series.to}.csv`;
    return new Response(seriesCsv(series.days, series.lines), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "private, no-store",
      },
    });
  });
}

function readChoice(context: PublishContext, plugins: readonly OwnPlugin[]): Choice {
  const { searchParams } = new URL(context.req.url);
  const today = Math.floor(unixSeconds(context.get("world").clock.now()) / DAY);
  const day = (name: string, usual: string) => {
    const asked = searchParams.get(name) ?? "";
    return A_DAY.test(asked) ? asked : usual;
  };
  return {
    from: day("from", dayOf(today - SHOWN_DAYS + 1)),
    to: day("to", dayOf(today)),
    pluginId: plugins.find(({ id }) => id === searchParams.get("plugin"))?.id,
  };
}

async function load(
  context: PublishContext,
  seat: Seat,
  { from, to, pluginId }: Choice,
  by: Split,
): Promise<Series | null> {
  const world = context.get("world");
  const shown =
    pluginId === undefined
      ? await showPublisherSeries(world, seat.person, seat.member.handle, { from, to, by })
      : await showPluginSeries(world, seat.person, pluginId, { from, to, by });
  if (!shown.ok) return null;
  const lines = shown.value.lines.filter(({ metric }) => metric !== "revenue" || holds(seat, "sell"));
  return { ...shown.value, lines };
}
