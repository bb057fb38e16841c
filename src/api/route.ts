import type { Context, Hono } from "hono";
import type * as z from "zod";
import type { Body, Operation } from "../contract/operation.ts";
import { parseIp } from "../domain/account/ip.ts";
import type { Principal } from "../domain/account/principal.ts";
import type { Json } from "../domain/json/json.ts";
import { parseJson } from "../domain/json/strict.ts";
import { truncateAddress } from "../domain/license/audit.ts";
import { redactPath } from "../domain/license/redact-path.ts";
import type { Problem } from "../domain/problem.ts";
import type { Reason } from "../domain/reasons.ts";
import { ok, type Result, refuse } from "../domain/result.ts";
import type { World } from "../market/ports.ts";
import { authenticateRequest } from "./account/authenticate.ts";
import type { ApiEnv } from "./context.ts";
import { problemResponse } from "./problem.ts";
import { readBounded } from "./read-bounded.ts";

const MAX_JSON_DEPTH = 8;

export interface Input<O extends Operation> {
  readonly world: World;
  readonly principal: Principal;
  readonly params: { readonly [name: string]: string };
  readonly query: O extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined;
  readonly body: O extends { body: { type: "json"; schema: infer B extends z.ZodType } } ? z.output<B> : undefined;
  /** Exact bytes of a JSON body (for signatures over it). */
  readonly raw: Uint8Array;
  readonly request: Request;
  readonly context: Context<ApiEnv>;
}

export interface Answer {
  readonly status?: number;
  readonly body: Json | object;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler<O extends Operation> = (input: Input<O>) => Promise<Result<Answer, Problem<Reason>> | Response>;

/** A handler is three breaths: what was parsed comes in, it acts, and what it answers is presented here. */
export function route<const O extends Operation>(app: Hono<ApiEnv>, operation: O, handler: Handler<O>): void {
  app.on(operation.method, honoPath(operation), async (context) => {
    const result = await respond(context, operation, handler);
    if (result instanceof Response) return result;
    if (!result.ok) return problemResponse(result.problem, problemContext(context));
    const { status = 200, body, headers } = result.value;
    return new Response(JSON.stringify(body), {
      status,
      headers: { "content-type": "application/json", "cache-control": "private, no-store", ...headers },
    });
  });
}

export function problemContext(context: Context<ApiEnv>): Parameters<typeof problemResponse>[1] {
  const { site, clock } = context.get("world");
  return {
    origin: site.origin,
    now: clock.now(),
    requestId: context.get("requestId"),
    path: redactPath(new URL(context.req.url).pathname),
  };
}

async function respond<O extends Operation>(
  context: Context<ApiEnv>,
  operation: O,
  handler: Handler<O>,
): ReturnType<Handler<O>> {
  const world = context.get("world");
  const params = context.req.param() as Record<string, string>;
  const principal = await authenticateRequest(world, context.req.raw, operation.caller);
  if (!principal.ok) return principal;
  const query = parseQuery(operation, context.req.url);
  if (!query.ok) return query;
  const body = await parseBody(operation.body, context.req.raw);
  if (!body.ok) return body;
  return handler({
    world,
    principal: withAddress(principal.value, context.req.raw),
    params,
    query: query.value as Input<O>["query"],
    body: body.value.parsed as Input<O>["body"],
    raw: body.value.raw,
    request: context.req.raw,
    context,
  });
}

/** What was done from where: the audit keeps the network, never the address. */
function withAddress(principal: Principal, request: Request): Principal {
  const bytes = parseIp(request.headers.get("cf-connecting-ip") ?? "");
  return bytes === null ? principal : { ...principal, from: truncateAddress(bytes) };
}

function parseQuery(operation: Operation, url: string): Result<unknown, Problem<Reason>> {
  if (operation.query === undefined) return ok(undefined);
  // A map, since a parameter may be called like a member of every object.
  const values = new Map<string, string | string[]>();
  new URL(url).searchParams.forEach((value, name) => {
    const before = values.get(name);
    values.set(name, before === undefined ? value : [before, value].flat());
  });
  return validate(operation.query, Object.fromEntries(values));
}

async function parseBody(
  body: Body | undefined,
  request: Request,
): Promise<Result<{ parsed: unknown; raw: Uint8Array }, Problem<Reason>>> {
  const none = new Uint8Array();
  // Nothing here unpacks, so a packed body would be judged by bytes that it does not mean.
  if (body !== undefined && !/^(?:identity)?$/i.test(request.headers.get("content-encoding")?.trim() ?? ""))
    return refuse({ reason: "MEDIA_TYPE_UNSUPPORTED", facts: { contentEncoding: "identity" } });
  if (body?.type !== "json") return ok({ parsed: undefined, raw: none });
  const raw = await readBounded(request, body.maxBytes);
  if (raw === null) return refuse({ reason: "BODY_TOO_LARGE", facts: { maxBytes: body.maxBytes } });
  if (raw.length === 0 && body.optional) {
    const parsed = validate(body.schema, {});
    return parsed.ok ? ok({ parsed: parsed.value, raw }) : parsed;
  }
  if (body.alsoForm && /^application\/x-www-form-urlencoded\b/i.test(request.headers.get("content-type") ?? "")) {
    const fields = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(raw)));
    const parsed = validate(body.schema, fields);
    return parsed.ok ? ok({ parsed: parsed.value, raw }) : parsed;
  }
  if (!/^application\/(?:[a-z.+-]+\+)?json(?:;|$)/i.test(request.headers.get("content-type") ?? ""))
    return refuse({ reason: "MEDIA_TYPE_UNSUPPORTED", facts: { accepts: ["application/json"] } });
  const json = parseJson(raw, { maxDepth: MAX_JSON_DEPTH, numbers: "any" });
  if (!json.ok) return refuse({ reason: "BODY_INVALID", facts: { ...json.problem } });
  const parsed = validate(body.schema, json.value);
  return parsed.ok ? ok({ parsed: parsed.value, raw }) : parsed;
}

/** Every bad field is named; values are never echoed. */
function validate(schema: z.ZodType, value: unknown): Result<unknown, Problem<Reason>> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const errors = parsed.error.issues.slice(0, 100).map((issue) => ({
    pointer: `/${issue.path.map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`,
    detail: issue.message,
  }));
  return refuse({ reason: "VALIDATION_ERROR", facts: { errors } });
}

function honoPath(operation: Operation): string {
  return operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const pattern = operation.params?.[name];
    return pattern ? `:${name}{${pattern.source.replace(/^\^|\$$/g, "")}}` : `:${name}`;
  });
}
