import type { Json, JsonObject } from "../../domain/json/json.ts";
import { ok } from "../../domain/result.ts";
import { type CliProblem, type Kind, kindOf, misuse, type Outcome } from "../problem.ts";
import { type Config, type Env, readConfig, type TrustList } from "./config.ts";
import { type Part, upload } from "./upload.ts";

/** A marketplace and the one credential used with it. */
export interface Marketplace {
  readonly origin: string;
  readonly token: string | null;
  /** The list pinned by `login`, null before. */
  readonly trust: TrustList | null;
}

export interface MarketplaceChoice {
  readonly env: Env;
  /** `--marketplace`. */
  readonly origin?: string | undefined;
}

/**
 * `--marketplace`, else RBSM_MARKETPLACE, else the one of the last login. RBSM_TOKEN replaces the stored token; a token
 * that is refused is never replaced by another.
 */
export async function chooseMarketplace({ env, origin }: MarketplaceChoice): Promise<Outcome<Marketplace>> {
  const config = await readConfig(env);
  if (!config.ok) return config;
  const chosen = origin ?? (env.RBSM_MARKETPLACE || undefined) ?? config.value.current;
  if (chosen === undefined)
    return {
      ok: false,
      problem: misuse("marketplace_missing", "Which marketplace?", "Pass --marketplace URL, or log in first."),
    };
  const parsed = parseOrigin(chosen);
  if (!parsed.ok) return parsed;
  const known = lookUp(config.value, parsed.value);
  return ok({ origin: parsed.value, token: env.RBSM_TOKEN || (known?.token ?? null), trust: known?.trust ?? null });
}

/** An origin: https, or http on this machine; a token never travels in the clear. */
export function parseOrigin(text: string): Outcome<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && LOOPBACK.has(url.hostname));
  const isBare = url && !url.username && !url.password && !url.search && !url.hash && url.pathname === "/";
  if (url && isSafe && isBare) return ok(url.origin);
  return {
    ok: false,
    problem: misuse(
      "marketplace_invalid",
      `“${text}” is not the https address of a marketplace.`,
      "Write https://NAME.",
    ),
  };
}

export const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

export function lookUp(config: Config, origin: string): Config["marketplaces"][string] | undefined {
  return Object.hasOwn(config.marketplaces, origin) ? config.marketplaces[origin] : undefined;
}

/** The name statements and proofs are made out to: a document for one marketplace is void at another. */
export function marketplaceName({ origin, trust }: Marketplace): string {
  if (trust) return trust.marketplace;
  const { hostname } = new URL(origin);
  return LOOPBACK.has(hostname) ? "localhost" : hostname;
}

export function requireToken(marketplace: Marketplace): Outcome<string> {
  if (marketplace.token) return ok(marketplace.token);
  return {
    ok: false,
    problem: {
      code: "AUTHENTICATION_REQUIRED",
      kind: "auth",
      message: `You are not logged in to ${marketplace.origin}.`,
      next: `Run rbsm login --marketplace ${marketplace.origin} --token-stdin, or set RBSM_TOKEN.`,
    },
  };
}

export interface Ask {
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly json?: Json;
  readonly parts?: readonly Part[];
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined;
  /** Milliseconds; a long poll needs more than the 30 s of an ordinary call. */
  readonly timeoutMs?: number;
}
export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
}

/** One call. Answers the JSON of a success; refusals of the server and of the network become problems. Follows no redirect. */
export async function ask(marketplace: Marketplace, call: Ask): Promise<Outcome<Reply>> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (marketplace.token) headers.authorization = `Bearer ${marketplace.token}`;
  const url = new URL(call.path, marketplace.origin);
  let status: number;
  let text: string;
  try {
    if (call.parts) {
      ({ status, text } = await upload(url, headers, call.parts, call.onProgress));
    } else {
      const response = await fetch(url, {
        method: call.method ?? "GET",
        headers: call.json === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(call.json === undefined ? {} : { body: JSON.stringify(call.json) }),
        redirect: "manual",
        signal: AbortSignal.timeout(call.timeoutMs ?? 30_000),
      });
      status = response.status;
      text = await response.text();
    }
  } catch (error) {
    return { ok: false, problem: tellNetwork(marketplace.origin, error) };
  }
  const body = parseObject(text);
  if (status >= 200 && status < 300 && body) return ok({ status, body });
  return { ok: false, problem: tellRefusal(marketplace.origin, status, body) };
}

function tellNetwork(origin: string, error: unknown): CliProblem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, name, message } = cause as NodeJS.ErrnoException;
  const why = name === "TimeoutError" ? "no answer in time" : (code ?? message);
  return {
    code: "network_failed",
    kind: "network",
    message: `${origin} could not be reached (${why}).`,
    next: "Check the address and the connection, then run the command again.",
  };
}

/** A refusal in RFC 9457 form keeps its code; anything else is named for its status. */
function tellRefusal(origin: string, status: number, body: JsonObject | null): CliProblem {
  const code = typeof body?.code === "string" ? body.code : `http_${status}`;
  const kind = kindOf(code, kindOfStatus(status));
  const message = [body?.detail, body?.message, body?.title].find((text) => typeof text === "string");
  const { retryAfter } = body ?? {};
  const facts = Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => !PROBLEM_MEMBERS.has(name)));
  return {
    code,
    kind,
    message: `${origin} refused: ${message ?? `it answered ${status} without saying why`}`,
    next:
      kind === "rate_limited" && typeof retryAfter === "number"
        ? `Wait ${retryAfter} seconds and try again.`
        : (NEXT_STEP[kind] ?? "Correct what it names and run the command again."),
    facts: { ...facts, status },
  };
}

const PROBLEM_MEMBERS = new Set(
  "type title status detail instance message success code error traceId kind next ok".split(" "),
);

const NEXT_STEP: { readonly [K in Kind]?: string } = {
  auth: "Log in again: rbsm login --marketplace URL --token-stdin.",
  forbidden: "Use a token that has the scope this needs.",
  not_found: "Check the name, the version and the marketplace.",
  conflict: "Look at what is there now; a version number is used only once.",
  rate_limited: "Wait a few minutes and try again.",
  server: "Try again; if it stays, tell the marketplace.",
};

function kindOfStatus(status: number): Kind {
  if (status === 401) return "auth";
  if (status === 403) return "forbidden";
  if (status === 404 || status === 410) return "not_found";
  if (status === 409) return "conflict";
  if (status === 413) return "bundle";
  if (status === 422) return "manifest";
  if (status === 429) return "rate_limited";
  return "server";
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
