import type { Json } from "../json/json.ts";
import { matchRoute } from "./match-route.ts";

/** A route as the manifest declares it. */
export interface DeclaredRoute {
  readonly method: string;
  /** `/notes/:id` */
  readonly path: string;
  readonly access: "session" | "public" | "webhook";
  /** What the signed-in user must be allowed to do on the instance. */
  readonly hostPermission?: string;
  readonly bodyKiB?: number;
}

const DEFAULT_BODY_KIB = 64;

export interface FoundRoute {
  readonly route: DeclaredRoute;
  /** `"GET /notes/:id"`, the name of the handler. */
  readonly name: string;
  readonly params: { readonly [name: string]: string };
  readonly maxBodyBytes: number;
}

/** The declared route that answers; null = none does. */
export function findRoute(routes: readonly DeclaredRoute[], method: string, path: string): FoundRoute | null {
  const byName = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  const match = matchRoute([...byName.keys()], method, path);
  const route = match === null ? undefined : byName.get(match.name);
  if (match === null || route === undefined) return null;
  return { route, name: match.name, params: match.params, maxBodyBytes: (route.bodyKiB ?? DEFAULT_BODY_KIB) * 1024 };
}

const MAX_HEADERS = 64;
const MAX_HEADER_BYTES = 4096;

/** Headers that say something about the way here, or that only browsers and proxies may set: never handed on. */
const WITHHELD =
  /^(?:cookie2?|set-cookie|host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|forwarded|via|origin|referer|true-client-ip|cdn-loop|proxy-.*|sec-.*|cf-.*|x-forwarded-.*|x-real-ip|x-auth-.*|x-rbsm-.*|rbsm-.*)$/;

/**
 * What a plugin sees of a request's headers: no cookies, nothing about the network or our own credentials. A webhook
 * route keeps `authorization`, for that is how some senders prove themselves, unless it is a credential of this place.
 */
export function requestHeaders(
  headers: Iterable<readonly [string, string]>,
  access: DeclaredRoute["access"],
): { readonly [name: string]: string } {
  const kept: Record<string, string> = {};
  let count = 0;
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (WITHHELD.test(name) || value.length > MAX_HEADER_BYTES) continue;
    if (name === "authorization" && (access !== "webhook" || isOwnCredential(value))) continue;
    if (++count > MAX_HEADERS) break;
    kept[name] = value;
  }
  return kept;
}

/** A token, or an instance's key, mark and time between colons. */
function isOwnCredential(value: string): boolean {
  return /^bearer\s+(?:rbsm_|[^\s:]+:[^\s:]+:\d+\s*$)/i.test(value);
}

/**
 * Headers of an answer that may pass; everything else – cookies, CORS, redirects – is ours to decide. No script type: a
 * script of a stranger on our origin could be loaded, or take over pages as a service worker.
 */
const ANSWERED = ["content-type", "content-language", "content-disposition", "retry-after"];
const CONTENT_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*(?:\s*;\s*charset=[a-z0-9-]+)?$/i;

/** Set on every answer of a plugin: it is a stranger's page on our origin, so it gets an origin of its own and no script. */
export const ROUTE_HEADERS = {
  "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
} as const;

export interface PlainAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  /** Null where the status has no body. */
  readonly body: string | null;
}

/**
 * A plugin's answer as HTTP: `{status?, headers?, body?}`. Text goes out as it is, everything else as JSON. Null: it is no
 * answer – a status outside 200–299 and 400–599 (a redirect would lead away from our origin), or another shape.
 */
export function readAnswer(value: Json): PlainAnswer | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { status = 200, headers = {}, body = null } = value as { status?: Json; headers?: Json; body?: Json };
  if (typeof status !== "number" || !Number.isInteger(status)) return null;
  if (!((status >= 200 && status < 300) || (status >= 400 && status < 600))) return null;
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return null;
  const kept: Record<string, string> = {};
  for (const [given, text] of Object.entries(headers)) {
    const name = given.toLowerCase();
    const isPassed = ANSWERED.includes(name) || /^x-plugin-[a-z0-9-]{1,40}$/.test(name);
    if (!isPassed || typeof text !== "string" || !/^[\x20-\x7e]{0,1000}$/.test(text)) continue;
    if (name === "content-type" && (!CONTENT_TYPE.test(text) || /script/i.test(text))) continue;
    kept[name] = text;
  }
  kept["content-type"] ??= typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  if (status === 204 || status === 205) return { status, headers: {}, body: null };
  return { status, headers: kept, body: typeof body === "string" ? body : JSON.stringify(body) };
}
