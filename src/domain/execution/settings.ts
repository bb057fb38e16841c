import type * as z from "zod";
import type { Json, JsonObject } from "../json/json.ts";
import { DECIMAL, type SETTING } from "../manifest/settings.ts";
import { isEmail, isHttpsUrl } from "../manifest/text.ts";
import { ok, type Result, refuse } from "../result.ts";

/** One field of a manifest's settings. */
export type SettingField = z.output<typeof SETTING>;

export interface SettingFault {
  /** JSON pointer below the values. */
  readonly pointer: string;
  readonly detail: string;
}

const MAX_TEXT = 2000;
const MAX_SECRET = 4096;

/**
 * What a plugin reads: every stored value that fits its field, else the field's default. Fields without either are
 * absent. What an older version kept and this one does not know is left out, not lost.
 */
export function effectiveSettings(fields: readonly SettingField[], stored: JsonObject): JsonObject {
  const values: Record<string, Json> = {};
  for (const field of fields) {
    if (field.type === "secret") continue;
    const kept = Object.hasOwn(stored, field.key) ? stored[field.key] : undefined;
    const value = kept !== undefined && faultOf(field, kept) === null ? kept : field.default;
    if (value !== undefined) values[field.key] = value;
  }
  return values;
}

/** What an admin sent, or every fault of it. A required field needs a value or a default; secrets are set one by one. */
export function readSettings(
  fields: readonly SettingField[],
  sent: JsonObject,
): Result<JsonObject, readonly SettingFault[]> {
  const byKey = new Map(fields.map((field) => [field.key, field]));
  const faults: SettingFault[] = [];
  for (const [key, value] of Object.entries(sent)) {
    const field = byKey.get(key);
    const detail =
      field === undefined
        ? "The plugin has no such setting."
        : field.type === "secret"
          ? "A secret is set by itself."
          : faultOf(field, value);
    if (detail !== null) faults.push({ pointer: `/${key}`, detail });
  }
  for (const { key, type, required, default: initial } of fields)
    if (required === true && type !== "secret" && initial === undefined && !Object.hasOwn(sent, key))
      faults.push({ pointer: `/${key}`, detail: "This setting is required." });
  return faults.length === 0 ? ok({ ...sent }) : refuse(faults);
}

/** Why a text cannot be kept as this secret, or null. An injected one becomes a header's value (RFC 9110 §5.5). */
export function secretFault(field: SettingField, value: string): string | null {
  if (value === "" || value.length > MAX_SECRET) return `1 to ${MAX_SECRET} characters`;
  if (!value.isWellFormed()) return "not well-formed text";
  if (field.inject !== undefined && !/^[!-~](?:[ -~]*[!-~])?$/.test(value))
    return "printable ASCII without space at its ends: it is sent as a header";
  return null;
}

function faultOf(field: SettingField, value: Json): string | null {
  const isOption = (candidate: Json) => field.options?.some((option) => option.value === candidate) === true;
  switch (field.type) {
    case "boolean":
      return typeof value === "boolean" ? null : "true or false";
    case "integer":
      return typeof value === "number" && Number.isSafeInteger(value) ? outside(field, value) : "a whole number";
    case "decimal":
      return typeof value === "string" && DECIMAL.test(value) ? outside(field, Number(value)) : 'a decimal like "0.25"';
    case "select":
      return isOption(value) ? null : "one of the options";
    case "multiselect":
      return Array.isArray(value) && value.every(isOption) && new Set(value).size === value.length
        ? null
        : "options, each once";
    case "email":
      return typeof value === "string" && isEmail(value) ? null : "an e-mail address";
    case "url":
      return typeof value === "string" && isHttpsUrl(value) ? null : "an https address";
    case "text":
      if (typeof value !== "string" || value.length > MAX_TEXT || !value.isWellFormed())
        return `text of at most ${MAX_TEXT} characters`;
      return outside(field, [...value].length);
    case "secret":
      return "A secret is set by itself.";
  }
}

function outside({ min, max }: SettingField, size: number): string | null {
  if (min !== undefined && size < Number(min)) return `at least ${min}`;
  return max !== undefined && size > Number(max) ? `at most ${max}` : null;
}
