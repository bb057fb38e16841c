import type { Hono } from "hono";
import { SERIES_OPERATIONS } from "../../contract/catalogue/series-operations.ts";
import { ok } from "../../domain/result.ts";
import { seriesCsv } from "../../market/catalogue/arrange-series.ts";
import type { Series } from "../../market/catalogue/series-ports.ts";
import { type SeriesWish, showPluginSeries, showPublisherSeries } from "../../market/catalogue/show-series.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = SERIES_OPERATIONS;

/** Numbers by day, as JSON and as a table for spreadsheets. */
export function registerSeriesRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.getPluginSeries, async ({ world, principal, params, query }) => {
    const series = await showPluginSeries(world, principal, params.id ?? "", wishOf(query));
    return series.ok ? ok({ body: present(series.value) }) : series;
  });
  route(app, OPS.getPluginSeriesCsv, async ({ world, principal, params, query }) => {
    const series = await showPluginSeries(world, principal, params.id ?? "", wishOf(query));
    return series.ok ? csv(series.value, `plugin-${params.id}`) : series;
  });
  route(app, OPS.getPublisherSeries, async ({ world, principal, params, query }) => {
    const series = await showPublisherSeries(world, principal, params.handle ?? "", wishOf(query));
    return series.ok ? ok({ body: present(series.value) }) : series;
  });
  route(app, OPS.getPublisherSeriesCsv, async ({ world, principal, params, query }) => {
    const series = await showPublisherSeries(world, principal, params.handle ?? "", wishOf(query));
    return series.ok ? csv(series.value, `${params.handle}`) : series;
  });
}

function wishOf({
  from,
  to,
  by = "total",
}: { readonly [Part in keyof SeriesWish]?: SeriesWish[Part] | undefined }): SeriesWish {
  return { from, to, by };
}

function present({ lines, ...series }: Series): object {
  return {
    ...series,
    unit: "day",
    currency: "EUR",
    lines: lines.map(({ metric, group, values }) => ({ metric, ...(group === null ? {} : { group }), values })),
  };
}

function csv({ from, to, by, days, lines }: Series, name: string): Response {
  return new Response(seriesCsv(days, lines), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}-${by}-${from}-${to}.csv"`,
      "cache-control": "private, no-store",
    },
  });
}
