import * as z from "zod";
import type { Json } from "../json/json.ts";
import { ok, type Result, refuse } from "../result.ts";

/** Blocks of one view, containers and what is in them counted alike. */
export const MAX_BLOCKS = 200;
/** Containers in containers; the top level is 0. */
export const MAX_BLOCK_DEPTH = 2;
export const MAX_TABLE_CELLS = 2400;

const text = (max: number) => z.string().min(1).max(max);
const TONE = z.enum(["neutral", "info", "success", "warning", "error"]);
const NAME = z.string().regex(/^[a-z][a-zA-Z0-9]{0,39}$/);
/** A route of the plugin itself, or with `?` its parameters. */
const PLUGIN_ROUTE = /^(?:\/[A-Za-z0-9._~-]{1,80}){1,6}$/;
const PLUGIN_LINK = /^(?:\/[A-Za-z0-9._~-]{1,80}){1,6}(?:\?[A-Za-z0-9._~=&%+-]{0,300})?$/;
/** No `@` before the path, so that nobody mistakes whom it leads to. */
const WEB_LINK = /^https:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?(?:[/?#][\x21-\x7e]*)?$/i;
const HREF = z
  .string()
  .max(500)
  .refine((href) => PLUGIN_LINK.test(href) || WEB_LINK.test(href), "must be https or a route of the plugin");
const ACTION = z.strictObject({
  method: z.enum(["POST", "PUT", "PATCH", "DELETE"]),
  path: z.string().regex(PLUGIN_ROUTE),
});
const VALUE = z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]);
const CELL = z.union([VALUE, z.strictObject({ text: z.string().max(500), href: HREF })]);

const HEADING = z.strictObject({
  type: z.literal("heading"),
  text: text(200),
  level: z.int().min(1).max(3).default(2),
});
const TEXT = z.strictObject({ type: z.literal("text"), text: text(4000), tone: TONE.default("neutral") });
const ALERT = z.strictObject({
  type: z.literal("alert"),
  tone: TONE.default("info"),
  title: text(200).exactOptional(),
  text: text(2000),
});
const STATS = z.strictObject({
  type: z.literal("stats"),
  items: z
    .array(
      z.strictObject({
        label: text(80),
        value: z.union([z.string().max(40), z.number()]),
        note: z.string().max(80).exactOptional(),
        tone: TONE.default("neutral"),
      }),
    )
    .min(1)
    .max(12),
});
const TABLE = z.strictObject({
  type: z.literal("table"),
  caption: text(200).exactOptional(),
  columns: z
    .array(z.strictObject({ key: NAME, label: text(80), align: z.enum(["start", "end"]).default("start") }))
    .min(1)
    .max(12),
  rows: z.array(z.record(NAME, CELL)).max(200),
  empty: text(200).default("Nothing here yet"),
});
const CHART = z
  .strictObject({
    type: z.literal("chart"),
    kind: z.enum(["bar", "line"]),
    title: text(200),
    labels: z.array(z.string().max(40)).min(1).max(60),
    series: z
      .array(z.strictObject({ name: text(60), values: z.array(z.number().min(-1e12).max(1e12)).max(60) }))
      .min(1)
      .max(4),
  })
  .refine(({ labels, series }) => series.every(({ values }) => values.length === labels.length), {
    message: "every series needs one value for each label",
    path: ["series"],
  });
const FIELD = z.strictObject({
  name: NAME,
  label: text(80),
  kind: z.enum(["text", "textarea", "number", "email", "date", "time", "checkbox", "select"]).default("text"),
  value: VALUE.exactOptional(),
  help: text(300).exactOptional(),
  required: z.boolean().default(false),
  options: z
    .array(z.strictObject({ value: z.string().max(200), label: text(80) }))
    .max(100)
    .exactOptional(),
});
const FORM = z.strictObject({
  type: z.literal("form"),
  action: ACTION,
  fields: z.array(FIELD).min(1).max(30),
  submit: text(60).default("Save"),
});
const BUTTON = z.strictObject({
  type: z.literal("button"),
  text: text(60),
  action: ACTION,
  values: z.record(NAME, z.string().max(2000)).exactOptional(),
  tone: z.enum(["primary", "neutral", "error"]).default("neutral"),
});
const LINK = z.strictObject({ type: z.literal("link"), text: text(200), href: HREF });
const LEAVES = [HEADING, TEXT, ALERT, STATS, TABLE, CHART, FORM, BUTTON, LINK] as const;

export type Leaf = z.output<(typeof LEAVES)[number]>;
export type Block =
  | Leaf
  | { readonly type: "columns"; readonly columns: readonly (readonly Block[])[] }
  | { readonly type: "tabs"; readonly tabs: readonly { readonly title: string; readonly blocks: readonly Block[] }[] };
export type BlockOf<T extends Block["type"]> = Extract<Block, { readonly type: T }>;
export type Tone = z.output<typeof TONE>;

/** What a plugin writes: defaults may be left out. */
export type BlockInput =
  | z.input<(typeof LEAVES)[number]>
  | { readonly type: "columns"; readonly columns: readonly (readonly BlockInput[])[] }
  | {
      readonly type: "tabs";
      readonly tabs: readonly { readonly title: string; readonly blocks: readonly BlockInput[] }[];
    };

/** A schema of finite depth: what is nested deeper has no schema that would take it. */
function blocksAt(depth: number): z.ZodType<Block[]> {
  if (depth > MAX_BLOCK_DEPTH)
    return z.array(z.discriminatedUnion("type", LEAVES)).max(MAX_BLOCKS) as z.ZodType<Block[]>;
  const inner = blocksAt(depth + 1);
  const columns = z.strictObject({ type: z.literal("columns"), columns: z.array(inner).min(1).max(4) });
  const tabs = z.strictObject({
    type: z.literal("tabs"),
    tabs: z
      .array(z.strictObject({ title: text(60), blocks: inner }))
      .min(1)
      .max(8),
  });
  return z.array(z.discriminatedUnion("type", [...LEAVES, columns, tabs])).max(MAX_BLOCKS) as z.ZodType<Block[]>;
}

const VIEW = z.strictObject({ blocks: blocksAt(0), title: text(80).exactOptional() });

export interface View {
  readonly blocks: readonly Block[];
  readonly title?: string;
}

/** `{blocks: […]}` as a plugin answered it; refused with up to ten places that are wrong. */
export function readView(value: Json): Result<View, readonly { readonly pointer: string; readonly detail: string }[]> {
  const parsed = VIEW.safeParse(value);
  if (!parsed.success)
    return refuse(
      parsed.error.issues
        .slice(0, 10)
        .map((issue) => ({ pointer: `/${issue.path.map(String).join("/")}`, detail: issue.message })),
    );
  const { blocks, title } = parsed.data;
  if (countBlocks(blocks) > MAX_BLOCKS) return refuse([{ pointer: "/blocks", detail: `at most ${MAX_BLOCKS} blocks` }]);
  if (countCells(blocks) > MAX_TABLE_CELLS)
    return refuse([{ pointer: "/blocks", detail: `at most ${MAX_TABLE_CELLS} cells of tables` }]);
  return ok({ blocks, ...(title === undefined ? {} : { title }) });
}

function inside(block: Block): readonly Block[] {
  if (block.type === "columns") return block.columns.flat();
  return block.type === "tabs" ? block.tabs.flatMap(({ blocks }) => blocks) : [];
}

function countBlocks(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + 1 + countBlocks(inside(block)), 0);
}

function countCells(blocks: readonly Block[]): number {
  const own = (block: Block) => (block.type === "table" ? block.rows.length * block.columns.length : 0);
  return blocks.reduce((sum, block) => sum + own(block) + countCells(inside(block)), 0);
}

export function isPluginLink(href: string): boolean {
  return PLUGIN_LINK.test(href);
}
