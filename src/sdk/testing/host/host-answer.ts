import { withoutSecrets } from "../../../domain/execution/people.ts";
import type { Json, JsonObject } from "../../../domain/json/json.ts";
import { HostRefusal } from "./host-refusal.ts";

/**
 * `data` of a successful answer, `null` for the host's empty `{}`; its three error shapes become one refusal. A sudden
 * 401 of a key that works is the host's rate limit.
 */
export function readAnswer(status: number, text: string): Json {
  const body = parse(text);
  if (status >= 200 && status < 300 && body !== null) return withoutSecrets(body.data ?? null);
  if (status === 401 || status === 429) {
    throw new HostRefusal("rate_limited", "The instance's own API limit is reached", 60);
  }
  const { message, error } = body ?? {};
  const said = typeof message === "string" ? message : typeof error === "string" ? error : null;
  throw new HostRefusal(
    body === null || status >= 500 ? "host_unavailable" : "host_refused",
    (said ?? "The instance refused the call").slice(0, 300),
  );
}

/** One page out of any paging shape. */
export function readPage(data: Json, args: JsonObject): JsonObject {
  const outer = isObject(data) ? data : {};
  const paging = isObject(outer.pagination) ? outer.pagination : outer;
  const rows = [outer.data, outer.items].find((value) => Array.isArray(value)) ?? [];
  const items = Array.isArray(rows) ? rows.filter(isObject) : [];
  return {
    items,
    total: numberOr(paging.total, items.length),
    page: numberOr(paging.page, numberOr(args.page, 1)),
    limit: numberOr(paging.limit, numberOr(args.limit, 10)),
  };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOr(value: Json | undefined, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}

function parse(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
