import type { Context, Hono } from "hono";
import * as z from "zod";
import type { Principal } from "../../domain/account/principal.ts";
import { encodeBase64 } from "../../domain/bytes.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import type { RouteUser } from "../../domain/execution/job.ts";
import { type FoundRoute, findRoute, ROUTE_HEADERS, requestHeaders } from "../../domain/execution/route.ts";
import type { Json } from "../../domain/json/json.ts";
import { parseJson } from "../../domain/json/strict.ts";
import { ROUTE_METHODS } from "../../domain/manifest/parts.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { runRoute } from "../../market/execution/run-route.ts";
import { tellLifecycle } from "../../market/execution/tell-lifecycle.ts";
import type { World } from "../../market/ports.ts";
import { authenticateRequest } from "../account/authenticate.ts";
import type { ApiEnv } from "../context.ts";
import { problemResponse } from "../problem.ts";
import { readBounded } from "../read-bounded.ts";
import { problemContext } from "../route.ts";

const MAX_QUERY_NAMES = 64;
const MAX_DEPTH = 32;

/** The routes of plugins, and the hooks that follow acts on licenses and installations. */
export function registerRunRoutes(app: Hono<ApiEnv>): void {
  app.use("/v1/licenses/*", followedByHooks);
  app.use("/v1/installations", followedByHooks);
  app.use("/v1/installations/*", followedByHooks);

  app.on([...ROUTE_METHODS], "/run/:activation{act_[0-9A-HJKMNP-TV-Z]{20}}/*", async (context) => {
    const result = await answerRoute(context);
    if (!result.ok) return problemResponse(result.problem, problemContext(context));
    return result.value;
  });
}

async function answerRoute(context: Context<ApiEnv>): Promise<Result<Response, Problem<Reason>>> {
  const world = context.get("world");
  const { raw: request } = context.req;
  const activationId = context.req.param("activation") ?? "";
  const path = new URL(request.url).pathname.slice(`/run/${activationId}`.length);
  const installation = await world.executions.installation(activationId);
  if (installation === null) return refuse({ reason: "route_not_found" });
  const found = findRoute(installation.release?.routes ?? [], request.method, path);
  if (found === null) return refuse({ reason: "route_not_found" });
  const user = await readCaller(world, request, installation, found);
  if (!user.ok) return user;
  const bytes = await readBounded(request, found.maxBodyBytes);
  if (bytes === null) return refuse({ reason: "BODY_TOO_LARGE", facts: { maxBytes: found.maxBodyBytes } });
  const isWebhook = found.route.access === "webhook";
  const body = readBody(bytes, isWebhook ? "" : (request.headers.get("content-type") ?? ""));
  if (!body.ok) return body;
  const run = await runRoute(world, installation, found, {
    method: request.method,
    path,
    params: found.params,
    query: readQuery(request.url),
    headers: requestHeaders(request.headers, found.route.access),
    body: body.value,
    ...(isWebhook ? { rawBody: encodeBase64(bytes) } : {}),
    ...(user.value === null ? {} : { user: user.value }),
  });
  if (!run.ok) return run;
  const { answer, executionId } = run.value;
  const headers = { ...answer.headers, ...ROUTE_HEADERS, "x-rbsm-execution": executionId };
  return ok(new Response(answer.body, { status: answer.status, headers }));
}

const USER = z.object({
  id: z.string().min(1).max(40),
  name: z.string().max(200).optional(),
  email: z.string().max(320).optional(),
  role: z.string().max(40).optional(),
  permissions: z.array(z.string().max(60)).max(200).optional(),
});

/**
 * Who may call: a `session` route is called by the instance itself, which vouches for its signed-in user in the header
 * `X-Rbsm-User` (JSON); every other caller is told that nothing is there. `public` and `webhook` routes ask nobody.
 */
async function readCaller(
  world: World,
  request: Request,
  installation: Installation,
  { route }: FoundRoute,
): Promise<Result<RouteUser | null, Problem<Reason>>> {
  if (route.access !== "session") return ok(null);
  const principal = await authenticateRequest(world, request, { kind: "instance" });
  if (!principal.ok) return principal;
  if (!isInstance(principal.value, installation.instanceId)) return refuse({ reason: "route_not_found" });
  const user = parseUser(request.headers.get("x-rbsm-user"));
  if (user === null) {
    const errors = [{ pointer: "/headers/x-rbsm-user", detail: "JSON with the id of the signed-in user" }];
    return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
  }
  if (route.hostPermission !== undefined && !user.permissions?.includes(route.hostPermission))
    return refuse({ reason: "PERMISSION_DENIED", facts: { needs: route.hostPermission } });
  return ok(user);
}

function isInstance(principal: Principal, instanceId: string): boolean {
  return principal.kind === "instance" && principal.instanceId === instanceId;
}

function parseUser(header: string | null): RouteUser | null {
  if (header === null) return null;
  const json = parseJson(header, { maxDepth: 3, numbers: "any" });
  const user = json.ok ? USER.safeParse(json.value) : null;
  // Absent members stay absent.
  return user?.success ? (JSON.parse(JSON.stringify(user.data)) as RouteUser) : null;
}

/** JSON where the content type says so, text otherwise; null without a body and for bytes that are no text. */
function readBody(bytes: Uint8Array, contentType: string): Result<Json, Problem<"BODY_INVALID">> {
  if (bytes.length === 0) return ok(null);
  if (/^application\/(?:[a-z.+-]+\+)?json(?:;|$)/i.test(contentType)) {
    const json = parseJson(bytes, { maxDepth: MAX_DEPTH, numbers: "any" });
    return json.ok ? ok(json.value) : refuse({ reason: "BODY_INVALID", facts: { ...json.problem } });
  }
  try {
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return ok(null);
  }
}

/** The last value of each name. */
function readQuery(url: string): { readonly [name: string]: string } {
  return Object.fromEntries([...new URL(url).searchParams].slice(0, MAX_QUERY_NAMES));
}

/** After an act on a license or installation the plugins concerned are told, once the answer is out; the sweep makes up. */
async function followedByHooks(context: Context<ApiEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  if (context.req.method === "GET" || !context.res.ok || FREQUENT.test(context.req.path)) return;
  if (context.get("isQuiet") === true) return;
  const world = context.get("world");
  const body = context.req.method === "POST" ? context.res.clone() : null;
  world.background.defer(
    (async () => {
      const told = new Set<string>(ACTIVATION.exec(context.req.path) ?? []);
      for (const id of (await body?.text())?.match(ACTIVATIONS) ?? []) told.add(id);
      const since = Math.floor(world.clock.now() / 1000) - JUST_NOW_SECONDS;
      // Whoever names an installation moved that one alone. Looking for all that moved would cost every activation the others'.
      if (told.size === 0)
        for (const { activationId } of await world.lifecycle.movedSince(since, MOVED_LIMIT)) told.add(activationId);
      await tellLifecycle(world, [...told].slice(0, MOVED_LIMIT));
    })(),
  );
}

/** Calls that come all the time and change nothing a plugin is told of. */
const FREQUENT =
  /\/(?:heartbeat|lease|verify|validate|executions|usage|commands|storage|suspend|ui-tickets|ui\/[a-z0-9.-]+)$/;
const ACTIVATION = /act_[0-9A-HJKMNP-TV-Z]{20}/;
const ACTIVATIONS = /act_[0-9A-HJKMNP-TV-Z]{20}/g;
const JUST_NOW_SECONDS = 5;
const MOVED_LIMIT = 100;
