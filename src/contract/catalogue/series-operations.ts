import * as z from "zod";
import { METRICS, SPLITS } from "../../domain/catalogue/metrics.ts";
import { DECIMAL_ID, type Operation } from "../operation.ts";

const READER = { kind: "instance_or_account", scope: ["stats:read", "desk:accounts"] } as const;
const HANDLE = { handle: /^[a-z0-9-]{2,39}$/ } as const;
const DAY = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
  .optional();
const QUERY = z.looseObject({ from: DAY, to: DAY, by: z.enum(SPLITS).optional() });
const SERIES = z.object({
  from: z.string(),
  to: z.string(),
  by: z.enum(SPLITS),
  unit: z.literal("day"),
  /** Revenue is minor units of this currency. */
  currency: z.literal("EUR"),
  days: z.array(z.string()),
  /** One value per day; null: nobody counted. */
  lines: z.array(
    z.object({ metric: z.enum(METRICS), group: z.string().optional(), values: z.array(z.int().nullable()) }),
  ),
});
const PROBLEMS = ["NOT_FOUND", "PERMISSION_DENIED", "VALIDATION_ERROR"] as const;
const SPAN = "at most 400 days, of which the last thirty are given if none are named";

/** Numbers by day, for the publisher alone. */
export const SERIES_OPERATIONS = {
  getPluginSeries: {
    id: "getPluginSeries",
    method: "GET",
    path: "/v1/plugins/{id}/stats/series",
    params: { id: DECIMAL_ID },
    summary: `A plugin's numbers by day, ${SPAN}`,
    tag: "plugins",
    caller: READER,
    query: QUERY,
    answers: { 200: SERIES },
    problems: PROBLEMS,
  },
  getPluginSeriesCsv: {
    id: "getPluginSeriesCsv",
    method: "GET",
    path: "/v1/plugins/{id}/stats/series.csv",
    params: { id: DECIMAL_ID },
    summary: "The same as comma-separated values",
    tag: "plugins",
    caller: READER,
    query: QUERY,
    answers: { 200: "text/csv" },
    problems: PROBLEMS,
  },
  getPublisherSeries: {
    id: "getPublisherSeries",
    method: "GET",
    path: "/v1/publishers/{handle}/stats/series",
    params: HANDLE,
    summary: `The numbers of all plugins of a publisher by day, ${SPAN}`,
    tag: "plugins",
    caller: READER,
    query: QUERY,
    answers: { 200: SERIES },
    problems: PROBLEMS,
  },
  getPublisherSeriesCsv: {
    id: "getPublisherSeriesCsv",
    method: "GET",
    path: "/v1/publishers/{handle}/stats/series.csv",
    params: HANDLE,
    summary: "The same as comma-separated values",
    tag: "plugins",
    caller: READER,
    query: QUERY,
    answers: { 200: "text/csv" },
    problems: PROBLEMS,
  },
} as const satisfies Record<string, Operation>;
