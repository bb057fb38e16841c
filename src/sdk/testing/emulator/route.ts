import type { JsonObject } from "../../../domain/json/json.ts";
import { type Answer, notFound } from "./envelopes.ts";
import { type ApiKey, type EmulatorState, type EntityChange, nextId, type Row, type Table } from "./state.ts";

/** What a handler of the emulated host sees of one request. */
export interface HostCall {
  readonly now: number;
  readonly state: EmulatorState;
  readonly key: ApiKey;
  readonly params: readonly number[];
  readonly query: URLSearchParams;
  /** The parsed body; `{}` without one. */
  readonly body: JsonObject;
  readonly changed: (change: EntityChange) => void;
}

export interface HostRoute {
  readonly method: string;
  /** Below `/api`; `:id` stands for digits. */
  readonly path: string;
  readonly access: "public" | "key" | "jwt";
  /** Route-checked permissions. Handler-checked ones are tested inside `answer`. */
  readonly needs?: readonly string[];
  readonly answer: (call: HostCall) => Answer;
}

export function matchRoute(
  routes: readonly HostRoute[],
  method: string,
  path: string,
): { route: HostRoute; params: readonly number[] } | null {
  for (const route of routes) {
    if (route.method !== method) continue;
    const pattern = new RegExp(`^${route.path.replaceAll(":id", "(\\d+)")}$`);
    const match = pattern.exec(path);
    if (match !== null) return { route, params: match.slice(1).map(Number) };
  }
  return null;
}

/** The row a path names, or the host's NOT_FOUND. */
export function findRow(call: HostCall, table: Table, entity: string): Row | Answer {
  const id = call.params[0] ?? 0;
  return call.state[table].find((row) => row.id === id) ?? notFound(call.now, entity, id);
}

export function isAnswer(value: Row | Answer): value is Answer {
  return typeof value.status === "number" && "body" in value;
}

export function insertRow(call: HostCall, table: Table, fields: JsonObject): Row {
  const at = new Date(call.now).toISOString();
  const row: Row = { ...fields, id: nextId(call.state[table]), createdAt: at, updatedAt: at };
  call.state[table].push(row);
  return row;
}

export function changeRow(call: HostCall, row: Row, fields: JsonObject): Row {
  const { id: _, createdAt: __, ...rest } = fields;
  return Object.assign(row, rest, { updatedAt: new Date(call.now).toISOString() });
}

/** Fields that must be non-empty text, with the host's message for each that is not. */
export function missingFields(body: JsonObject, fields: readonly string[]): Record<string, string[]> | null {
  const errors: Record<string, string[]> = {};
  for (const field of fields) {
    const value = body[field];
    if (typeof value !== "string" || value.trim() === "") errors[field] = [`${field} is required`];
  }
  return Object.keys(errors).length > 0 ? errors : null;
}

/** Keeps rows whose field equals the query parameter of the same name; text is compared without case. */
export function equalFilters(rows: readonly Row[], query: URLSearchParams, fields: readonly string[]): Row[] {
  return rows.filter((row) =>
    fields.every((field) => {
      const wanted = query.get(field);
      return wanted === null || String(row[field] ?? "").toLowerCase() === wanted.toLowerCase();
    }),
  );
}

export function searchRows(rows: readonly Row[], query: URLSearchParams, fields: readonly string[]): Row[] {
  const wanted = query.get("search")?.toLowerCase();
  if (wanted === undefined) return [...rows];
  return rows.filter((row) =>
    fields.some((field) =>
      String(row[field] ?? "")
        .toLowerCase()
        .includes(wanted),
    ),
  );
}
