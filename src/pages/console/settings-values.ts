import type { SettingField } from "../../domain/execution/settings.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";

/** The name of a setting's field in the form: settings cannot collide with the form's own fields. */
export function fieldName(key: string): string {
  return `set-${key}`;
}

/**
 * The values of a settings form, typed by the manifest's fields; the domain judges them. A field left empty is not sent, so
 * that its default holds. Secrets have forms of their own.
 */
export function readSettingValues(fields: readonly SettingField[], form: URLSearchParams): JsonObject {
  const values: Record<string, Json> = {};
  for (const field of fields) {
    const value = typedValue(field, form);
    if (value !== undefined) values[field.key] = value;
  }
  return values;
}

function typedValue({ key, type }: SettingField, form: URLSearchParams): Json | undefined {
  const name = fieldName(key);
  if (type === "secret") return undefined;
  // An unticked box is not sent: it means no.
  if (type === "boolean") return form.get(name) === "true";
  if (type === "multiselect") return form.getAll(name);
  const text = form.get(name);
  if (text === null || text.trim() === "") return undefined;
  if (type === "integer") return /^-?[0-9]{1,15}$/.test(text.trim()) ? Number(text.trim()) : text;
  return type === "text" ? text.replaceAll("\r\n", "\n") : text.trim();
}
