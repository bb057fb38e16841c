import type { Json, JsonObject } from "../json/json.ts";
import { FIELD_WORDS } from "./field-words.ts";

/** The same JSON Schema with a title, a description and an example at every field it has words for. */
export function withWords(schema: JsonObject, at = ""): JsonObject {
  const words = FIELD_WORDS[at];
  const described: Record<string, Json> = words
    ? {
        title: words.title,
        description: words.description,
        ...schema,
        ...(words.example === undefined ? {} : { examples: [words.example] }),
      }
    : { ...schema };
  if (isObject(schema.items)) described.items = withWords(schema.items, `${at}[]`);
  if (isObject(schema.properties))
    described.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, inner]) => [
        name,
        isObject(inner) ? withWords(inner, at === "" ? name : `${at}.${name}`) : inner,
      ]),
    );
  return described;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
