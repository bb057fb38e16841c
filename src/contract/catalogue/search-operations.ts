import * as z from "zod";
import { PRICE_KINDS } from "../../domain/catalogue/card-facets.ts";
import { PERMISSIONS, PLUGIN_TYPES } from "../../domain/manifest/permissions.ts";
import type { Operation } from "../operation.ts";
import { MARKETPLACE_PLUGIN } from "./marketplace-plugin.ts";

const NONE = { kind: "none" } as const;
const OPERATOR = { kind: "account", scope: "desk:review" } as const;
const MAX_TEXT = 200;

/** What narrows a search; everything is optional, and what is no such value is refused by name. */
const CHOICES = {
  query: z.string().max(MAX_TEXT).optional(),
  type: z.enum(PLUGIN_TYPES).optional(),
  category: z.string().max(50).optional(),
  tag: z.string().max(30).optional(),
  price: z.enum(PRICE_KINDS).optional(),
  permission: z.enum(PERMISSIONS).optional(),
  network: z.literal("none").optional(),
  personal: z.literal("none").optional(),
  verified: z.literal("yes").optional(),
  minRating: z
    .string()
    .regex(/^[0-5](?:\.[0-9])?$/)
    .optional(),
  updatedWithin: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/)
    .optional(),
  appVersion: z.string().max(64).optional(),
  publisher: z
    .string()
    .regex(/^[a-z0-9-]{2,39}$/)
    .optional(),
};

/** In the order of the address; `relevance` is the public formula. */
export const SEARCH_ORDERS = ["relevance", "downloads", "rating", "createdAt", "updated", "name"] as const;

const RANGES = z.array(z.object({ from: z.int(), to: z.int() }));
const SCORE = z.object({
  text: z.number(),
  use: z.number(),
  trust: z.number(),
  rating: z.number(),
  fresh: z.number(),
  penalty: z.number(),
  score: z.number(),
  exact: z.int(),
});
const HIT = z.object({
  plugin: MARKETPLACE_PLUGIN,
  /** Offsets in UTF-16 units of the plugin's own texts; never markup. */
  highlights: z.object({ displayName: RANGES, description: RANGES }),
  excerpt: z.object({ text: z.string(), ranges: RANGES }).optional(),
  score: SCORE.optional(),
});
const FACET = z.array(z.object({ name: z.string(), count: z.int() }));

export const SEARCH_OPERATIONS = {
  searchPlugins: {
    id: "searchPlugins",
    method: "GET",
    path: "/v1/search",
    summary: "Plugins by the public ranking formula or another order; `explain=1` shows the parts of each score",
    tag: "plugins",
    caller: NONE,
    query: z.looseObject({
      ...CHOICES,
      sortBy: z.enum(SEARCH_ORDERS).optional(),
      sortDirection: z.enum(["asc", "desc"]).optional(),
      page: z
        .string()
        .regex(/^[1-9][0-9]{0,4}$/)
        .optional(),
      limit: z
        .string()
        .regex(/^(?:[1-9][0-9]?|100)$/)
        .optional(),
      after: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,400}$/)
        .optional(),
      explain: z.literal("1").optional(),
    }),
    answers: {
      200: z.object({
        data: z.array(HIT),
        total: z.int(),
        isTotalExact: z.boolean(),
        match: z.enum(["all", "words", "any", "similar"]),
        next: z.string().optional(),
      }),
    },
    problems: ["VALIDATION_ERROR", "cursor_expired"],
  },
  searchFacets: {
    id: "searchFacets",
    method: "GET",
    path: "/v1/search/facets",
    summary: "How many plugins each further choice would leave, for the same search",
    tag: "plugins",
    caller: NONE,
    query: z.looseObject(CHOICES),
    answers: { 200: z.object({ facets: z.record(z.string(), FACET), isExact: z.boolean() }) },
    problems: ["VALIDATION_ERROR"],
  },
  showSearchState: {
    id: "showSearchState",
    method: "GET",
    path: "/v1/desk/search",
    summary: "How far the search database is",
    tag: "desk",
    caller: OPERATOR,
    answers: {
      200: z.object({ generation: z.int(), due: z.int(), cards: z.int(), isFinished: z.boolean() }),
    },
    problems: [],
  },
  rebuildSearch: {
    id: "rebuildSearch",
    method: "POST",
    path: "/v1/desk/search/rebuild",
    summary: "Write the search database anew from the catalogue; lists are answered meanwhile, cursors expire",
    tag: "desk",
    caller: OPERATOR,
    answers: { 202: z.object({ generation: z.int(), plugins: z.int() }) },
    problems: [],
  },
  listChanges: {
    id: "listChanges",
    method: "GET",
    path: "/v1/changes",
    summary: "Every public fact in the order it came about; `wait` seconds for the next one",
    tag: "plugins",
    caller: NONE,
    query: z.looseObject({
      after: z
        .string()
        .regex(/^(?:0|[1-9][0-9]{0,14})$/)
        .optional(),
      limit: z
        .string()
        .regex(/^(?:[1-9][0-9]{0,2}|1000)$/)
        .optional(),
      wait: z
        .string()
        .regex(/^(?:[0-9]|[12][0-9]|30)$/)
        .optional(),
    }),
    answers: {
      200: z.object({
        changes: z.array(
          z.object({
            sequence: z.int(),
            at: z.string(),
            kind: z.string(),
            subject: z.string(),
            data: z.looseObject({}),
          }),
        ),
        /** Ask again with this as `after`. */
        next: z.string(),
        hasMore: z.boolean(),
      }),
    },
    problems: ["VALIDATION_ERROR"],
  },
} as const satisfies Record<string, Operation>;
