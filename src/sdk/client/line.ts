import { authorizationOf, type Credentials } from "../credentials.ts";
import type { Fetch, FetchResponse } from "../http.ts";
import { MarketplaceError } from "./error.ts";

/** Ends a call early. Every method takes it. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Where a client talks to. */
export interface LineOptions {
  /** `https://market.example`; a trailing `/v1` is understood. */
  readonly marketplace: string;
  /** Left out, only what everybody may read can be called, as from a page of your own. */
  readonly credentials?: Credentials | undefined;
  /** Default: the platform's. */
  readonly fetch?: Fetch | undefined;
  /** Unix milliseconds; default: the machine's. */
  readonly clock?: { now(): number } | undefined;
}

/** One request. `query` members that are undefined or empty are left out. */
export interface Wish {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/v1`; parts that come from outside are percent-encoded by {@link at}. */
  readonly path: string;
  readonly query?: { readonly [name: string]: string | number | undefined };
  readonly body?: object;
}

/** Speaks to one marketplace. */
export interface Line {
  /** The JSON of a 2xx answer; throws {@link MarketplaceError} for every other. */
  json<T>(wish: Wish, options?: CallOptions): Promise<T>;
  /** An absolute address that needs no credential. */
  bytes(url: string, options?: CallOptions): Promise<FetchResponse>;
}

/** A path whose inserted parts are percent-encoded. */
export function at(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.map((part, index) => part + (index < values.length ? encode(values[index] ?? "") : "")).join("");
}

/** The line under a client. */
export function openLine(options: LineOptions): Line {
  const base = `${options.marketplace.replace(/\/+$/, "").replace(/\/v1$/, "")}/v1`;
  const clock = options.clock ?? { now: () => Date.now() };
  const send: Fetch = options.fetch ?? ((url, init) => platformFetch(url, init));

  async function call(url: string, wish: Wish, isOpen: boolean, signal: AbortSignal | undefined) {
    signal?.throwIfAborted();
    const isForm = wish.body instanceof FormData;
    const init = {
      method: wish.method,
      headers: {
        ...(isOpen || options.credentials === undefined
          ? {}
          : { authorization: await authorizationOf(options.credentials, clock.now()) }),
        ...(wish.body === undefined || isForm ? {} : { "content-type": "application/json" }),
      },
      ...(wish.body === undefined
        ? {}
        : { body: wish.body instanceof FormData ? wish.body : JSON.stringify(wish.body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    let response: FetchResponse;
    try {
      response = await send(url, init);
    } catch (error) {
      signal?.throwIfAborted();
      throw new MarketplaceError("NETWORK_ERROR", 0, error instanceof Error ? error.message : String(error));
    }
    if (response.ok) return response;
    throw refusal(response.status, await response.text(), response.headers.get("retry-after"));
  }

  return {
    async json<T>(wish: Wish, { signal }: CallOptions = {}) {
      const response = await call(base + wish.path + queryOf(wish.query), wish, false, signal);
      const text = await response.text();
      signal?.throwIfAborted();
      try {
        return JSON.parse(text) as T;
      } catch {
        throw new MarketplaceError("ANSWER_UNREADABLE", response.status, "The answer is no JSON");
      }
    },
    bytes: (url, { signal } = {}) => call(url, { method: "GET", path: "" }, true, signal),
  };
}

/** A problem document (RFC 9457) as an error; a proxy's page keeps its status. */
function refusal(status: number, text: string, retryAfter: string | null): MarketplaceError {
  let problem: { readonly [name: string]: unknown } = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null) problem = parsed as typeof problem;
  } catch {
    // not JSON: something between us and the marketplace answered
  }
  const code = typeof problem.code === "string" ? problem.code : `HTTP_${status}`;
  const message = typeof problem.message === "string" ? problem.message : `The marketplace answered ${status}`;
  const seconds = Number(retryAfter ?? problem.retryAfter);
  return new MarketplaceError(code, status, message, problem, seconds > 0 ? seconds : undefined);
}

function queryOf(query: Wish["query"] = {}): string {
  const text = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    .join("&");
  return text === "" ? "" : `?${text}`;
}

function encode(part: string): string {
  return encodeURIComponent(part.toWellFormed());
}

/** Looked up with every call, so that what a page or test puts there is used. */
const platformFetch: Fetch = (url, init) => (globalThis as unknown as { fetch: Fetch }).fetch(url, init);
