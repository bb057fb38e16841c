import type { Json, JsonObject } from "../json/json.ts";

/** All that is ever kept or handed on of a person who uses the host. Its rows also hold password hash and reset token. */
export const USER_FIELDS = ["id", "name", "email", "role", "status"] as const;

/** Members of the host's rows that hold a user row. */
const PEOPLE = new Set([
  "user",
  "users",
  "processor",
  "assignee",
  "assignedTo",
  "creator",
  "updater",
  "createdByUser",
  "updatedByUser",
  "processedBy",
  "owner",
]);
/** Never handed on, wherever they stand. Compared without case, `-` and `_`. */
const WITHHELD = /^(?:.*password.*|.*secret.*|.*token.*|.*hash|ipaddress|profilepicture|lastlogin.*)$/;

/** A row of the host without secrets, IP addresses and all but the allowed fields of people. */
export function withoutSecrets(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  const kept: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value)) {
    if (WITHHELD.test(name.replaceAll(/[-_]/g, "").toLowerCase())) continue;
    kept[name] = PEOPLE.has(name) ? cutPeople(member) : withoutSecrets(member);
  }
  return kept;
}

/** A user row cut to the allowed fields. */
export function cutUser(row: JsonObject): JsonObject {
  return Object.fromEntries(
    USER_FIELDS.flatMap((field) => {
      const value = row[field];
      return value === undefined || typeof value === "object" ? [] : [[field, value]];
    }),
  );
}

function cutPeople(value: Json): Json {
  if (Array.isArray(value)) return value.map(cutPeople);
  return isObject(value) ? cutUser(value) : value;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
