import type { Json, JsonObject } from "../../../domain/json/json.ts";
import type { Row } from "./state.ts";

export interface Page {
  readonly rows: readonly Row[];
  readonly page: number;
  readonly limit: number;
  readonly total: number;
  readonly totalPages: number;
}

/** Sorts by `sortBy`/`sortDirection` and cuts one page; `page` starts at 1, `limit` is 10 unless told. */
export function pageOf(
  rows: readonly Row[],
  query: URLSearchParams,
  order: { readonly by: string; readonly direction: "asc" | "desc" },
): Page {
  const by = query.get("sortBy") ?? order.by;
  const direction = query.get("sortDirection") ?? order.direction;
  const sorted = [...rows].sort((a, b) => compare(a[by], b[by]) * (direction === "desc" ? -1 : 1) || a.id - b.id);
  const page = positive(query.get("page"), 1);
  const limit = Math.min(positive(query.get("limit"), 10), 100);
  return {
    rows: sorted.slice((page - 1) * limit, page * limit),
    page,
    limit,
    total: rows.length,
    totalPages: Math.ceil(rows.length / limit),
  };
}

/** `{data, pagination}`, the shape of customers, requests and appointments. */
export function withPagination({ rows, page, limit, total, totalPages }: Page): JsonObject {
  return { data: rows, pagination: { page, limit, total, totalPages } };
}

/** `{items, total, page, totalPages, hasMore}`, the shape of notifications. */
export function withItems({ rows, page, total, totalPages }: Page): JsonObject {
  return { items: rows, total, page, totalPages, hasMore: page < totalPages };
}

/** `{data, total, page, pageSize}`, the shape of the automation routes. */
export function withPageSize({ rows, page, limit, total }: Page): JsonObject {
  return { data: rows, total, page, pageSize: limit };
}

function positive(text: string | null, fallback: number): number {
  const value = Number.parseInt(text ?? "", 10);
  return Number.isSafeInteger(value) && value > 0 ? value : fallback;
}

function compare(a: Json | undefined, b: Json | undefined): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a ?? ""), String(b ?? "")];
  return left < right ? -1 : left > right ? 1 : 0;
}
