import * as z from "zod";
import { isUnique, line, pattern } from "./text.ts";

export const SETTING_TYPES = [
  "text",
  "integer",
  "decimal",
  "boolean",
  "select",
  "multiselect",
  "url",
  "email",
  "secret",
] as const;
export type SettingType = (typeof SETTING_TYPES)[number];

/** A decimal is a string, so that no reader rounds it. */
export const DECIMAL = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?$/;
export const SETTING_KEY = pattern(/^[a-z][a-zA-Z0-9]{0,39}$/, 40);

const BOUND = z.union([z.int(), z.string().regex(DECIMAL)]);

const INJECT = z.strictObject({
  host: z.string().max(255),
  header: pattern(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 64),
  prefix: pattern(/^[ -~]{1,40}$/, 40).exactOptional(),
});

export const SETTING = z
  .strictObject({
    key: SETTING_KEY,
    type: z.enum(SETTING_TYPES),
    label: line(1, 80),
    help: line(1, 300).exactOptional(),
    required: z.boolean().exactOptional(),
    default: z.union([z.string().max(2000), z.int(), z.boolean(), z.array(z.string()).max(40)]).exactOptional(),
    min: BOUND.exactOptional(),
    max: BOUND.exactOptional(),
    options: z
      .array(z.strictObject({ value: pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 60), label: line(1, 80) }))
      .min(1)
      .max(40)
      .exactOptional(),
    inject: INJECT.exactOptional(),
    readable: z.literal(true).exactOptional(),
  })
  .superRefine((field, context) => {
    for (const [member, message] of settingFaults(field)) {
      context.addIssue({ code: "custom", path: member === "" ? [] : [member], message });
    }
  });

export const SETTINGS = z.strictObject({
  version: z.int().min(1).max(64),
  fields: z
    .array(SETTING)
    .min(1)
    .max(40)
    .refine((fields) => isUnique(fields.map((field) => field.key)), "keys must be unique"),
});

interface Field {
  readonly type: SettingType;
  readonly default?: unknown;
  readonly min?: unknown;
  readonly max?: unknown;
  readonly options?: readonly { readonly value: string }[];
  readonly inject?: unknown;
  readonly readable?: unknown;
}

function* settingFaults(field: Field): Generator<readonly [keyof Field | "", string]> {
  const isChoice = field.type === "select" || field.type === "multiselect";
  if (isChoice && field.options === undefined) yield ["", "a choice needs options"];
  if (!isChoice && field.options !== undefined) yield ["options", "only a choice has options"];
  if (!isUnique(field.options?.map((option) => option.value) ?? [])) yield ["options", "values must be unique"];
  for (const bound of ["min", "max"] as const) {
    if (field[bound] !== undefined && !isBoundOf(field.type, field[bound])) yield [bound, "does not fit the type"];
  }
  if (field.min !== undefined && field.max !== undefined && Number(field.min) > Number(field.max)) {
    yield ["max", "is below min"];
  }
  if (field.default !== undefined && !isDefaultOf(field)) yield ["default", "does not fit the type"];
  if (field.type !== "secret") {
    if (field.inject !== undefined) yield ["inject", "only a secret is injected"];
    if (field.readable !== undefined) yield ["readable", "only a secret says so"];
  } else if ((field.inject === undefined) === (field.readable === undefined)) {
    yield ["", "a secret is either injected or readable"];
  }
}

function isBoundOf(type: SettingType, bound: unknown): boolean {
  if (type === "integer") return typeof bound === "number";
  if (type === "text") return typeof bound === "number" && bound >= 0 && bound <= 2000;
  return type === "decimal" && typeof bound === "string";
}

function isDefaultOf(field: Field): boolean {
  const value = field.default;
  const isOption = (candidate: unknown) => field.options?.some((option) => option.value === candidate) === true;
  switch (field.type) {
    case "secret":
      return false;
    case "integer":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "decimal":
      return typeof value === "string" && DECIMAL.test(value);
    case "select":
      return isOption(value);
    case "multiselect":
      return Array.isArray(value) && value.every(isOption) && isUnique(value);
    default:
      return typeof value === "string";
  }
}
