import type { Json, JsonObject } from "../../../src/domain/json/json.ts";

/** The keywords our schema uses, judged as JSON Schema 2020-12 says. An unknown keyword is a fault of the schema. */
const KEYWORDS: Record<string, (rule: Json, value: Json, at: string, schema: JsonObject) => string[]> = {
  $schema: () => [],
  $id: () => [],
  title: () => [],
  description: () => [],
  examples: () => [],
  default: () => [],
  format: () => [],
  type: (rule, value, at) => (typesOf(value).includes(rule as string) ? [] : [`${at}: no ${rule}`]),
  const: (rule, value, at) => (rule === value ? [] : [`${at}: not ${rule}`]),
  enum: (rule, value, at) => ((rule as Json[]).includes(value) ? [] : [`${at}: not listed`]),
  pattern: (rule, value, at) =>
    typeof value !== "string" || new RegExp(rule as string, "u").test(value) ? [] : [`${at}: not ${rule}`],
  minLength: (rule, value, at) =>
    typeof value !== "string" || [...value].length >= Number(rule) ? [] : [`${at}: short`],
  maxLength: (rule, value, at) =>
    typeof value !== "string" || [...value].length <= Number(rule) ? [] : [`${at}: long`],
  minimum: (rule, value, at) => (typeof value !== "number" || value >= Number(rule) ? [] : [`${at}: small`]),
  maximum: (rule, value, at) => (typeof value !== "number" || value <= Number(rule) ? [] : [`${at}: large`]),
  minItems: (rule, value, at) => (!Array.isArray(value) || value.length >= Number(rule) ? [] : [`${at}: few`]),
  maxItems: (rule, value, at) => (!Array.isArray(value) || value.length <= Number(rule) ? [] : [`${at}: many`]),
  items: (rule, value, at) =>
    Array.isArray(value) ? value.flatMap((item) => faultsOf(rule as JsonObject, item, `${at}[]`)) : [],
  required: (rule, value, at) =>
    isObject(value)
      ? (rule as string[]).filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}.${name}: missing`)
      : [],
  properties: (rule, value, at) =>
    isObject(value)
      ? Object.entries(rule as JsonObject).flatMap(([name, inner]) =>
          Object.hasOwn(value, name) ? faultsOf(inner as JsonObject, value[name] as Json, `${at}.${name}`) : [],
        )
      : [],
  propertyNames: (rule, value, at) =>
    isObject(value) ? Object.keys(value).flatMap((name) => faultsOf(rule as JsonObject, name, `${at}.${name}`)) : [],
  additionalProperties: (rule, value, at, schema) =>
    isObject(value)
      ? Object.entries(value)
          .filter(([name]) => !Object.hasOwn((schema.properties ?? {}) as JsonObject, name))
          .flatMap(([name, inner]) =>
            rule === false ? [`${at}.${name}: unknown`] : faultsOf(rule as JsonObject, inner, `${at}.${name}`),
          )
      : [],
  anyOf: (rule, value, at) =>
    (rule as JsonObject[]).some((choice) => faultsOf(choice, value, at).length === 0) ? [] : [`${at}: no choice fits`],
};

/** What is wrong with a value under a JSON Schema; nothing where it is valid. */
export function faultsOf(schema: JsonObject, value: Json, at = ""): string[] {
  return Object.entries(schema).flatMap(
    ([keyword, rule]) =>
      KEYWORDS[keyword]?.(rule, value, at, schema) ?? [`${at}: keyword ${keyword} is not known here`],
  );
}

function typesOf(value: Json): string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") return Number.isInteger(value) ? ["number", "integer"] : ["number"];
  return [typeof value];
}

function isObject(value: Json): value is JsonObject {
  return typesOf(value)[0] === "object";
}
