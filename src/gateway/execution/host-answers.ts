import type { CallCode } from "../../domain/execution/job.ts";
import { withoutSecrets } from "../../domain/execution/people.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";

const MAX_MESSAGE = 300;

/** What an instance's refusal says, in any of its three shapes: `{message, error: {code}}`, `{error, code, message}`, `{error}`. */
export function hostRefusal(body: Json): { readonly code: string; readonly message: string } {
  if (!isObject(body)) return { code: "", message: "The instance refused the call" };
  const { message, error, code } = body;
  const inner = error !== undefined && isObject(error) && typeof error.code === "string" ? error.code : code;
  const text =
    typeof message === "string" ? message : typeof error === "string" ? error : "The instance refused the call";
  return { code: typeof inner === "string" ? inner : "", message: text.slice(0, MAX_MESSAGE) };
}

/**
 * An HTTP refusal as a capability code. `isKeyKnownGood`: the same key worked within the minute – then a sudden 401 is
 * the host's rate limit, whose 429 branch is unreachable.
 */
export function hostRefusalCode(status: number, isKeyKnownGood: boolean): CallCode {
  if (status === 429 || (status === 401 && isKeyKnownGood)) return "rate_limited";
  return status >= 500 ? "host_unavailable" : "host_refused";
}

/** `data` of the envelope; null where the host serialised a Response inside a Response and the body is `{}`. */
export function hostData(body: Json): Json {
  if (!isObject(body)) return null;
  return body.data === undefined ? null : withoutSecrets(body.data);
}

/** One page, from any of the three shapes the host's lists have. */
export function hostPage(data: Json, args: JsonObject): JsonObject {
  const page = isObject(data) ? data : {};
  const paging = isObject(page.pagination ?? null) ? (page.pagination as JsonObject) : page;
  const items = [data, page.data, page.items].find(Array.isArray) ?? [];
  return {
    items: items.filter(isObject),
    total: numberOr(paging.total, items.length),
    page: numberOr(paging.page, numberOr(args.page, 1)),
    limit: numberOr(paging.limit, numberOr(paging.pageSize, numberOr(args.limit, 10))),
  };
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOr(value: Json | undefined, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
