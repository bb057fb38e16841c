import type { Json, JsonObject } from "../../../domain/json/json.ts";
import { authenticationRequired, checkRoute, createRateLimit, presentedKey } from "./access.ts";
import { APPOINTMENT_ROUTES } from "./appointments.ts";
import { CUSTOMER_ROUTES } from "./customers.ts";
import { type Answer, accessError, uncaughtError, unknownPage } from "./envelopes.ts";
import { NOTIFICATION_ROUTES, PEOPLE_ROUTES } from "./notifications.ts";
import { REQUEST_ROUTES } from "./requests.ts";
import { type HostRoute, matchRoute } from "./route.ts";
import { demoSeed } from "./seed.ts";
import { type ApiKey, copyOf, type EmulatorState, type EntityChange, type Seed } from "./state.ts";
import { type ReceivedWebhook, receiveWebhook, type WebhookSettings } from "./webhook.ts";

export interface EmulatorOptions {
  /** The one key the instance knows, `rk_…`. */
  readonly apiKey: string;
  /** Absent: no webhook secret is set there, so every webhook is 401. */
  readonly webhookSecret?: string;
  /** Default: `demoSeed` around the clock's now. */
  readonly seed?: Seed;
  /** Default: the machine's clock. */
  readonly clock?: { now(): number };
  /** Default: an admin key with number 1, so that it meets user 1. */
  readonly key?: ApiKey;
  /** Default: 1000 for an admin key, 100 for a standard one. */
  readonly callsPerMinute?: number;
  /** False plays an instance without MARKETPLACE_API_KEY: webhooks are 503. */
  readonly connected?: boolean;
  /** Hears what the host's automation would fire: create, update and delete, nothing else. */
  readonly onChange?: (change: EntityChange) => void;
}

/** How the next matching request fails: `C` is an uncaught exception, `html` a proxy's page, `drop` a broken line. */
export interface Fault {
  readonly path?: string;
  readonly kind: "C" | "html" | "drop";
}

export interface Emulator {
  fetch(request: Request): Promise<Response>;
  readonly state: EmulatorState;
  readonly webhooks: readonly ReceivedWebhook[];
  /** What an operator sets in the instance's environment: MARKETPLACE_WEBHOOK_SECRET, and key and secret or not. */
  configureMarketplace(settings: Partial<WebhookSettings>): void;
  /** Lets the next request (to `path` below `/api`, if given) fail in this way. */
  failNext(fault: Fault): void;
}

const ROUTES: readonly HostRoute[] = [
  ...CUSTOMER_ROUTES,
  ...REQUEST_ROUTES,
  ...APPOINTMENT_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...PEOPLE_ROUTES,
];
const ADMIN_KEY: ApiKey = { id: 1, kind: "admin", permissions: [] };

/**
 * A Rising-BSM instance as the marketplace meets it: `/api/*` with the host's envelopes, paging shapes, error shapes
 * and quirks, and the webhook receiver. Pure: hand `fetch` to any HTTP server.
 */
export function createEmulator(options: EmulatorOptions): Emulator {
  const key = options.key ?? ADMIN_KEY;
  const limit = createRateLimit(options.callsPerMinute ?? (key.kind === "admin" ? 1000 : 100));
  const clock = options.clock ?? { now: () => Date.now() };
  const state = copyOf(options.seed ?? demoSeed(clock.now()));
  let settings: WebhookSettings = { webhookSecret: options.webhookSecret, connected: options.connected ?? true };
  const webhooks: ReceivedWebhook[] = [];
  const faults: Fault[] = [];

  async function answer(request: Request, url: URL): Promise<Answer> {
    const now = clock.now();
    if (!url.pathname.startsWith("/api/")) return unknownPage();
    const path = url.pathname.slice("/api".length);
    const fault = takeFault(faults, path);
    if (fault !== null) return failing(fault);
    if (path === "/webhooks/marketplace" && request.method === "POST") {
      const signature = request.headers.get("x-marketplace-signature");
      return receiveWebhook(settings, now, signature, await request.text(), state, webhooks);
    }
    const match = matchRoute(ROUTES, request.method, path);
    if (match === null) return unknownPage();
    const { route, params } = match;
    if (route.access !== "public") {
      if (presentedKey(request.headers.get("authorization")) !== options.apiKey) return authenticationRequired();
      if (!limit.admit(now)) return authenticationRequired();
      if (route.access === "jwt") {
        return accessError(403, "INVALID_API_KEY_TYPE", "This endpoint does not accept API keys");
      }
      const refusal = checkRoute(key, route.needs ?? []);
      if (refusal !== null) return refusal;
    }
    const body = parseBody(await request.text());
    if (body === null) return uncaughtError("Unexpected token in JSON");
    const changed = options.onChange ?? (() => {});
    return route.answer({ now, state, key, params, query: url.searchParams, body, changed });
  }

  return {
    state,
    webhooks,
    configureMarketplace(changes) {
      settings = { ...settings, ...changes };
    },
    failNext: (fault) => void faults.push(fault),
    async fetch(request) {
      const url = new URL(request.url);
      const given = await answer(request, url);
      const plugin = request.headers.get("x-plugin-name");
      const installation = request.headers.get("x-plugin-installation");
      state.calls.push({
        method: request.method,
        path: url.pathname + url.search,
        status: given.status,
        ...(plugin === null ? {} : { plugin }),
        ...(installation === null ? {} : { installation }),
      });
      const html = given.html !== undefined;
      return new Response(html ? (given.html ?? "") : JSON.stringify(given.body), {
        status: given.status,
        headers: {
          "content-type": html ? "text/html; charset=utf-8" : "application/json",
          "cache-control": "no-store",
        },
      });
    },
  };
}

function takeFault(faults: Fault[], path: string): Fault | null {
  const index = faults.findIndex((fault) => fault.path === undefined || fault.path === path);
  return index === -1 ? null : (faults.splice(index, 1)[0] ?? null);
}

function failing(fault: Fault): Answer {
  if (fault.kind === "drop") throw new Error("socket hang up");
  if (fault.kind === "C") return uncaughtError("Cannot read properties of undefined (reading 'id')");
  return { status: 502, body: null, html: "<html><body><h1>502 Bad Gateway</h1></body></html>" };
}

/** `{}` without a body; null where the host's own parser throws. */
function parseBody(text: string): JsonObject | null {
  if (text === "") return {};
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
