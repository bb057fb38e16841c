import * as z from "zod";
import { EVENTS } from "../execution/events.ts";
import { isCalm, parseCron } from "./cron.ts";
import { isEgressHost } from "./hosts.ts";
import { PERMISSIONS, TIERS } from "./permissions.ts";
import { isAscending, isUnique, line, pattern } from "./text.ts";

export const ROUTE_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export const ROUTE_ACCESS = ["session", "public", "webhook"] as const;
export const EGRESS_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] as const;
export const WIDGET_SIZES = ["small", "medium", "large"] as const;

/** Also a plugin's slug; 3–50 characters. */
export const PLUGIN_NAME = pattern(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 50).min(3);
export const PUBLISHER_HANDLE = pattern(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 39).min(2);
const PLUGIN_EVENT = /^plugin:([a-z][a-z0-9-]{1,48}[a-z0-9]):([a-z][a-z0-9_.]{1,39})$/;
const ID = pattern(/^[a-z][a-z0-9-]{0,39}$/, 40);
const HOST_PERMISSION = pattern(/^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/, 60);
const ROUTE_PATH = pattern(/^(?:\/(?:[a-z0-9-]+|:[a-zA-Z][a-zA-Z0-9]{0,39})){1,6}$/, 200);
const COUNT = z.int().min(0).max(1_000_000_000).nullable();

/** The dependency a `plugin:<name>:<event>` event names, or null. */
export function pluginOfEvent(on: string): string | null {
  return PLUGIN_EVENT.exec(on)?.[1] ?? null;
}

export const PERMISSION_LIST = z
  .array(z.strictObject({ code: z.enum(PERMISSIONS), description: line(10, 200), required: z.boolean() }))
  .max(PERMISSIONS.length)
  .refine((list) => isAscending(list.map((item) => item.code)), "must be sorted by code, each once");

export const EVENT_LIST = z
  .array(
    z.strictObject({
      on: z
        .string()
        .refine(
          (on) => EVENTS.some((event) => event === on) || PLUGIN_EVENT.test(on),
          "is no event of the host or plugin",
        ),
      timeoutMs: z.int().min(100).max(5000).default(5000),
    }),
  )
  .max(24)
  .refine((list) => isAscending(list.map((item) => item.on)), "must be sorted by on, each once");

export const EMITS = z
  .array(pattern(/^[a-z][a-z0-9_.]{1,39}$/, 40))
  .max(16)
  .refine(isUnique, "must be unique");

export const ROUTE_LIST = z
  .array(
    z.strictObject({
      method: z.enum(ROUTE_METHODS),
      path: ROUTE_PATH,
      access: z.enum(ROUTE_ACCESS),
      hostPermission: HOST_PERMISSION.exactOptional(),
      bodyKiB: z.int().min(1).max(1024).default(64),
    }),
  )
  .max(32)
  .refine(
    (list) => isUnique(list.map((route) => `${route.method} ${routeShape(route.path)}`)),
    "two routes have one shape",
  );

/** `/notes/:id` and `/notes/:key` are the same route. */
export function routeShape(path: string): string {
  return path.replaceAll(/:[^/]+/g, ":");
}

export const SCHEDULE_LIST = z
  .array(
    z.strictObject({
      id: ID,
      cron: z
        .string()
        .max(100)
        .refine((text) => {
          const cron = parseCron(text);
          return cron !== null && isCalm(cron);
        }, "must be five cron fields, at least 5 minutes apart"),
      timezone: z.string().max(64).refine(isTimeZone, "must be an IANA time zone").default("UTC"),
      missed: z.enum(["skip", "once"]).default("skip"),
      timeoutMs: z.int().min(1000).max(60_000).default(30_000),
    }),
  )
  .max(8)
  .refine((list) => isUnique(list.map((schedule) => schedule.id)), "ids must be unique");

/** Either a frame (`file`) or declarative blocks answered by a route. */
const VIEW = z
  .strictObject({ file: pattern(/^ui\/.+\.html$/, 200).exactOptional(), route: ROUTE_PATH.exactOptional() })
  .refine((view) => (view.file === undefined) !== (view.route === undefined), "needs either a file or a route");

export const UI = z.strictObject({
  pages: z
    .array(
      z.strictObject({
        id: ID,
        title: line(1, 40),
        view: VIEW,
        icon: pattern(/^[a-z][a-z0-9-]*$/, 40).exactOptional(),
        hostPermission: HOST_PERMISSION.exactOptional(),
      }),
    )
    .max(8)
    .refine((list) => isUnique(list.map((page) => page.id)), "ids must be unique")
    .exactOptional(),
  widgets: z
    .array(
      z.strictObject({
        id: ID,
        title: line(1, 40),
        view: VIEW,
        size: z.enum(WIDGET_SIZES),
        refreshSeconds: z.int().min(60).max(86_400).exactOptional(),
      }),
    )
    .max(8)
    .refine((list) => isUnique(list.map((widget) => widget.id)), "ids must be unique")
    .exactOptional(),
  settingsPanel: z.strictObject({ view: VIEW }).exactOptional(),
});

export const EGRESS_LIST = z
  .array(
    z.strictObject({
      host: z.string().max(255).refine(isEgressHost, "must be a public host name, or *. before one"),
      reason: line(10, 200),
      methods: z.array(z.enum(EGRESS_METHODS)).min(1).refine(isUnique, "must be unique").default(["GET", "POST"]),
    }),
  )
  .max(16)
  .refine((list) => isAscending(list.map((item) => item.host)), "must be sorted by host, each once");

const TIER = z
  .strictObject({
    id: z.enum(TIERS),
    price: z.int().min(0).max(100_000_000).nullable(),
    interval: z.enum(["none", "once", "month", "year"]),
    features: z.array(line(1, 80)).max(12),
    limits: z.strictObject({ installs: COUNT, apiCalls: COUNT, storageMiB: COUNT, users: COUNT }),
    popular: z.boolean().exactOptional(),
  })
  .refine((tier) => tier.price !== null || tier.id === "enterprise", {
    message: "only enterprise is priced on request",
    path: ["price"],
  })
  .refine((tier) => tier.price === 0 || (tier.id !== "free" && tier.id !== "trial"), {
    message: "free and trial cost nothing",
    path: ["price"],
  });

export const PRICING = z.strictObject({
  currency: z.literal("EUR"),
  tiers: z
    .array(TIER)
    .min(1)
    .max(TIERS.length)
    .refine(
      (list) => {
        const ranks = list.map((tier) => TIERS.indexOf(tier.id));
        return ranks.every((rank, index) => index === 0 || (ranks[index - 1] as number) < rank);
      },
      `must be in the order ${TIERS.join(", ")}, each once`,
    ),
});

function isTimeZone(zone: string): boolean {
  if (!/^(?:UTC|[A-Z][A-Za-z_]+(?:\/[A-Z][A-Za-z0-9_+-]+){1,2})$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}
