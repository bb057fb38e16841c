import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { PluginContext } from "../context.ts";
import type { Fetch } from "../http.ts";
import type { HostAnswer } from "./host-plugin.ts";

interface Wish {
  readonly method: string;
  readonly path: string;
  readonly query: JsonObject;
  readonly body: JsonObject;
}

/** Statuses under which the host would have refused what the bridge refused. */
const STATUS: { readonly [code: string]: number } = {
  capability_denied: 403,
  unknown_method: 404,
  invalid_arguments: 400,
  rate_limited: 429,
  quota_exceeded: 413,
  host_refused: 400,
  host_unavailable: 503,
  session_closed: 503,
};

/** The host's HTTP API over the bridge: endpoints the bridge has no method for are 404 in the host's own envelope. */
export async function apiFetch(
  context: PluginContext,
  endpoint: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<HostAnswer> {
  const method = (options.method ?? "GET").toUpperCase();
  if (/^https:\/\//i.test(endpoint)) return outside(endpoint, method, options);
  const url = new URL(endpoint, "https://host.invalid/");
  const query: Record<string, string> = {};
  url.searchParams.forEach((value, name) => {
    query[name] = value;
  });
  const path = url.pathname.replace(/^\/api(?=\/)/, "").replace(/\/$/, "");
  try {
    const data = await act(context, { method, path, query: numbersIn(query), body: bodyOf(options.body) });
    if (data === undefined) return envelope(404, null, "NOT_FOUND", `No endpoint ${method} ${path}`);
    return envelope(method === "POST" ? 201 : 200, data);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (typeof code !== "string" || STATUS[code] === undefined) throw error;
    return envelope(STATUS[code], null, code.toUpperCase(), String(message));
  }
}

/** The bridge's answer in the host's words; `undefined`: there is no such endpoint. */
async function act(context: PluginContext, { method, path, query, body }: Wish): Promise<unknown> {
  const [, entity = "", idText = "", more = ""] = path.split("/");
  const id = Number(idText);
  const isOne = /^[1-9][0-9]*$/.test(idText);
  if (entity === "notifications" && idText === "") {
    if (method === "GET") return context.notifications.list();
    if (method !== "POST") return undefined;
    const { title, message, type } = body;
    await context.notifications.send({
      title: String(title ?? ""),
      message: String(message ?? ""),
      ...(typeof type === "string" ? { type } : {}),
    });
    return null;
  }
  if (entity !== "customers" && entity !== "requests" && entity !== "appointments") return undefined;
  if (idText === "") {
    if (method === "GET") return paged(await context[entity].list(query));
    return method === "POST" ? context[entity].create(body) : undefined;
  }
  if (!isOne) return undefined;
  if (more === "status" && entity === "appointments" && method === "PATCH") {
    if (String(body.status).toUpperCase() !== "CANCELLED") return context.appointments.update(id, body);
    await context.appointments.cancel(id, typeof body.note === "string" ? body.note : undefined);
    return null;
  }
  if (more === "status" && entity !== "appointments" && method === "PATCH") return context[entity].update(id, body);
  if (more !== "") return undefined;
  if (method === "GET") return context[entity].get(id);
  if (method === "PUT") return context[entity].update(id, body);
  if (method === "DELETE" && entity === "customers") {
    await context.customers.delete(id);
    return null;
  }
  return undefined;
}

/** The host's paging shape. */
function paged({ items, total, page, limit }: { items: readonly Json[]; total: number; page: number; limit: number }) {
  const totalPages = Math.ceil(total / Math.max(1, limit));
  return { data: items, pagination: { page, limit, total, totalPages } };
}

function envelope(status: number, data: unknown, code?: string, message?: string): HostAnswer {
  const isOk = code === undefined;
  const body = {
    success: isOk,
    data,
    ...(message === undefined ? {} : { message }),
    error: isOk ? null : { code, details: {} },
  };
  const text = JSON.stringify(body);
  return {
    ok: isOk,
    status,
    json: () => Promise.resolve(JSON.parse(text) as unknown),
    text: () => Promise.resolve(text),
  };
}

/** Through the sandbox's own network, which admits declared hosts only. */
async function outside(
  url: string,
  method: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> },
): Promise<HostAnswer> {
  const { fetch } = globalThis as unknown as { fetch: Fetch };
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers, ...(text === undefined ? {} : { body: text }) });
  const answer = await response.text();
  return {
    ok: response.ok,
    status: response.status,
    json: () => Promise.resolve(JSON.parse(answer) as unknown),
    text: () => Promise.resolve(answer),
  };
}

function bodyOf(body: unknown): JsonObject {
  const value: unknown = typeof body === "string" && body !== "" ? JSON.parse(body) : body;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The bridge takes numbers where the address has text. */
function numbersIn(query: { readonly [name: string]: string }): JsonObject {
  const names = new Set(["page", "limit", "customerId", "processorId", "createdById"]);
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, names.has(name) && value !== "" ? Number(value) : value]),
  );
}
