import * as z from "zod";
import { json, type Operation } from "../operation.ts";
import { visibleText } from "../visible-text.ts";

const DESK = { kind: "account", scope: "desk:review" } as const;
const SLUG = { slug: /^[a-z0-9][a-z0-9-]{0,63}$/ } as const;
const bilingual = (text: z.ZodString) => z.strictObject({ en: text, de: text });

const COLLECTION = z
  .object({
    slug: z.string(),
    title: z.object({ en: z.string(), de: z.string() }),
    lead: z.object({ en: z.string(), de: z.string() }),
    plugins: z.int().describe("Listed plugins in it"),
    updatedAt: z.string(),
  })
  .meta({ id: "Collection" });

/** What the operator chooses for the public pages. */
export const SHOWCASE_OPERATIONS = {
  listCollections: {
    id: "listCollections",
    method: "GET",
    path: "/v1/collections",
    summary: "Collections of plugins, in the operator's order",
    tag: "plugins",
    caller: { kind: "none" },
    answers: { 200: z.object({ collections: z.array(COLLECTION) }) },
    problems: [],
  },
  putCollection: {
    id: "putCollection",
    method: "PUT",
    path: "/v1/desk/collections/{slug}",
    summary: "Write or replace a collection; the first one stands on the front page",
    tag: "desk",
    caller: DESK,
    params: SLUG,
    body: json(
      z.strictObject({
        title: bilingual(visibleText().trim().min(3).max(80)),
        lead: bilingual(visibleText().trim().max(300)),
        position: z.int().min(0).max(1000).default(0),
        plugins: z
          .array(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/))
          .max(50)
          .describe("Names in order; one that is not listed is left out"),
      }),
    ),
    answers: { 200: COLLECTION },
    problems: [],
  },
  dropCollection: {
    id: "dropCollection",
    method: "DELETE",
    path: "/v1/desk/collections/{slug}",
    summary: "Drop a collection; its plugins stay",
    tag: "desk",
    caller: DESK,
    params: SLUG,
    answers: { 200: z.object({ slug: z.string() }) },
    problems: ["NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
