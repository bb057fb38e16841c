import type { JsonObject } from "../json/json.ts";

/** A text with its `{name}` places filled in; a key without text is its own text, so that nobody sees nothing. */
export function filledText(strings: JsonObject, key: string, values: Readonly<Record<string, unknown>>): string {
  const text = Object.hasOwn(strings, key) ? strings[key] : undefined;
  if (typeof text !== "string") return key;
  return text.replaceAll(/\{([A-Za-z][A-Za-z0-9_]*)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
