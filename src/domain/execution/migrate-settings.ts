import type { Json, JsonObject } from "../json/json.ts";
import type { Migration } from "../manifest/migration.ts";
import { DECIMAL, type SettingType } from "../manifest/settings.ts";

type Step = Migration["operations"][number];
type Values = Record<string, Json>;

/** Settings of an older version as a newer one reads them: every step in its order (manifest README, Settings migrations). */
export function migrateSettings(values: JsonObject, migrations: readonly Migration[]): JsonObject {
  return stepsOf(migrations).reduce<JsonObject>((before, step) => applied(before, step), values);
}

/**
 * Settings of a newer version as the older one reads them. Where every step can be taken back, each is, last first, and
 * what was changed since the update stays; `past` is what the update found and gives back what a step dropped or
 * replaced. Where one cannot, the settings are again those of before the update.
 */
export function undoMigrations(values: JsonObject, past: JsonObject, migrations: readonly Migration[]): JsonObject {
  const steps = stepsOf(migrations);
  if (!steps.every(({ undoable }) => undoable)) return past;
  const states: JsonObject[] = [past];
  for (const step of steps) states.push(applied(states.at(-1) ?? {}, step));
  return steps.reduceRight<JsonObject>(
    (after, step, n) => undone(after, step, states[n] ?? {}, states[n + 1] ?? {}),
    values,
  );
}

function stepsOf(migrations: readonly Migration[]): readonly Step[] {
  return migrations.flatMap(({ operations }) => operations);
}

function applied(before: JsonObject, step: Step): JsonObject {
  const values: Values = { ...before };
  const value = own(before, step.key);
  switch (step.op) {
    case "rename":
      move(values, step.key, step.to);
      return values;
    case "drop":
      delete values[step.key];
      return values;
    case "set":
      values[step.key] = step.value;
      return values;
    case "mapValues": {
      const mapped = typeof value === "object" || value === undefined ? undefined : own(step.values, String(value));
      if (mapped !== undefined) values[step.key] = mapped;
      return values;
    }
    case "toType": {
      if (value === undefined) return values;
      const cast = castSetting(value, step.type);
      if (cast === undefined) delete values[step.key];
      else values[step.key] = cast;
      return values;
    }
  }
}

/** `before` and `after` are what the update made of this step: a value that is still `after`'s goes back to `before`'s. */
function undone(now: JsonObject, step: Step, before: JsonObject, after: JsonObject): JsonObject {
  const values: Values = { ...now };
  if (step.op === "rename") {
    move(values, step.to, step.key);
    return values;
  }
  const [value, old] = [own(now, step.key), own(before, step.key)];
  if (step.op === "drop" || isSame(value, own(after, step.key))) {
    if (old === undefined) delete values[step.key];
    else values[step.key] = old;
    return values;
  }
  if (step.op !== "mapValues") return values;
  const source = Object.entries(step.values).find(([, mapped]) => isSame(mapped, value))?.[0];
  if (source !== undefined) values[step.key] = source;
  return values;
}

/** A value as another type of field has it; undefined where it has no such meaning. */
function castSetting(value: Json, type: SettingType): Json | undefined {
  const text = typeof value === "string" ? value : Array.isArray(value) ? value.join(",") : String(value);
  switch (type) {
    case "boolean":
      return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : undefined;
    case "integer":
      return /^-?[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
    case "decimal":
      return DECIMAL.test(text) ? text : undefined;
    case "multiselect":
      return Array.isArray(value) ? value : text === "" ? [] : text.split(",");
    case "secret":
      return undefined;
    default:
      return text;
  }
}

function move(values: Values, from: string, to: string): void {
  const value = own(values, from);
  if (value === undefined) return;
  delete values[from];
  values[to] = value;
}

function own(values: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
