import type { Json, JsonObject } from "../../../domain/json/json.ts";
import { HostRefusal } from "./host-refusal.ts";

/** `data` of a successful answer, `null` for the host's empty `{}`; its three error shapes become one refusal. */
export function readAnswer(status: number, text: string): Json {
  const body = parse(text);
  if (status >= 200 && status < 300 && body !== null) return body.data ?? null;
  if (body === null || status >= 500 || status === 401) {
    throw new HostRefusal("host_unavailable", `The instance answered ${status}`);
  }
  const message = typeof body.message === "string" ? body.message : body.error;
  throw new HostRefusal("host_refused", typeof message === "string" ? message : `The instance answered ${status}`);
}

/** One page out of either paging shape. */
export function readPage(data: Json): { items: JsonObject[]; total: number; page: number; limit: number } {
  const outer = isObject(data) ? data : {};
  const pagination = isObject(outer.pagination) ? outer.pagination : outer;
  const rows = Array.isArray(outer.data) ? outer.data : outer.items;
  const items = Array.isArray(rows) ? rows.filter(isObject).map(withoutAddress) : [];
  const number = (value: Json | undefined, fallback: number) => (typeof value === "number" ? value : fallback);
  return {
    items,
    total: number(pagination.total, items.length),
    page: number(pagination.page, 1),
    limit: number(pagination.limit, items.length),
  };
}

/** The sender's network address is nobody's business. */
export function withoutAddress(row: JsonObject): JsonObject {
  const { ipAddress: _, ...rest } = row;
  return rest;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
