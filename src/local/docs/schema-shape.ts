import * as z from "zod";

/** The keywords of a JSON Schema that are read here. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: Schema };
}

export function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Schema;
}

/** A schema as a TypeScript type. Named parts are written out where they stand, each once on the way down. */
export function renderShape(
  schema: Schema,
  root: Schema = schema,
  indent = "",
  within: readonly string[] = [],
): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace("#/$defs/", "");
    const part = root.$defs?.[name];
    if (part === undefined || within.includes(name)) return name === "#" || name.startsWith("__") ? "unknown" : name;
    return renderShape(part, root, indent, [...within, name]);
  }
  const inner = (part: Schema) => renderShape(part, root, indent, within);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(inner))].join(" | ");
  if (schema.allOf) return schema.allOf.map(inner).join(" & ");
  if (schema.type === "array") return arrayOf(schema.items ? inner(schema.items) : "unknown");
  if (schema.type === "object") return renderObject(schema, root, indent, within);
  if (schema.type === "integer") return "number";
  return typeof schema.type === "string" ? schema.type : "unknown";
}

function renderObject(schema: Schema, root: Schema, indent: string, within: readonly string[]): string {
  const deeper = `${indent}  `;
  const members = Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const mark = schema.required?.includes(name) ? "" : "?";
    return `${deeper}${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}${mark}: ${renderShape(part, root, deeper, within)};`;
  });
  if (typeof schema.additionalProperties === "object" && Object.keys(schema.additionalProperties).length > 0)
    members.push(`${deeper}[name: string]: ${renderShape(schema.additionalProperties, root, deeper, within)};`);
  if (members.length === 0) return "object";
  const short = `{ ${members.map((member) => member.trim().replace(/;$/, "")).join("; ")} }`;
  return short.length + indent.length <= 76 && !short.includes("\n") ? short : `{\n${members.join("\n")}\n${indent}}`;
}

function arrayOf(item: string): string {
  return /[|&]/.test(item) && !item.endsWith("}") ? `(${item})[]` : `${item}[]`;
}

/** A longer pattern explains nothing. */
const MAX_SHOWN_PATTERN = 90;
const FORMATS: Readonly<Record<string, string>> = {
  uri: "https",
  "date-time": "ISO 8601 with time zone",
  email: "e-mail",
};

/** What a value must be, in words: `3–50 characters`, `0–90`, `at most 10`. */
export function limitsOf(schema: Schema): string {
  const { minLength, maxLength, minimum, maximum, minItems, maxItems } = schema;
  const words = [
    range(minLength, maxLength, "characters"),
    isBound(minimum) || isBound(maximum)
      ? range(isBound(minimum) ? minimum : undefined, isBound(maximum) ? maximum : undefined, "")
      : "",
    range(minItems, maxItems, "entries"),
    schema.pattern === undefined || schema.pattern.length > MAX_SHOWN_PATTERN
      ? ""
      : `\`${schema.pattern.replaceAll("\\/", "/")}\``,
    FORMATS[schema.format ?? ""] ?? schema.format ?? "",
    schema.default === undefined || JSON.stringify(schema.default) === "[]"
      ? ""
      : `default \`${JSON.stringify(schema.default)}\``,
  ];
  return words.filter((word) => word !== "").join(", ");
}

function isBound(value: number | undefined): value is number {
  return value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

function range(min: number | undefined, max: number | undefined, unit: string): string {
  const words =
    min === undefined
      ? max === undefined
        ? ""
        : `at most ${max}`
      : max === undefined
        ? `at least ${min}`
        : `${min}–${max}`;
  return words === "" ? "" : `${words} ${unit}`.trim();
}
