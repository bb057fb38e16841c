import * as z from "zod";
import { type Caller, type Operation, problemsOf } from "../contract/operation.ts";
import { OPERATIONS } from "../contract/operations.ts";
import type { Json } from "../domain/json/json.ts";
import { ACTION_TYPES } from "../domain/license/actions.ts";
import type { Reason } from "../domain/reasons.ts";
import { STATUS } from "./status.ts";

/** OpenAPI 3.1 of every operation, a pure function of the table that also validates requests. */
export function openApiDocument(origin: string): { readonly [key: string]: unknown } {
  const paths: Record<string, Record<string, unknown>> = {};
  const schemas: Record<string, unknown> = { Problem: PROBLEM_SCHEMA };
  for (const operation of OPERATIONS) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = share(describe(operation), operation.id, schemas);
    paths[operation.path] = path;
  }
  return {
    openapi: "3.1.0",
    info: { title: "Rising-BSM Marketplace", version: "1", license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: origin }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token: rbsm_<kind>_…" },
        instance: {
          type: "http",
          scheme: "bearer",
          description: "<apiKey>:<hex HMAC-SHA256(apiSecret, apiKey:timestamp)>:<timestamp in ms>",
        },
        device: {
          type: "apiKey",
          in: "header",
          name: "Device-Proof",
          description: "A JWS by the device's key over {htm, htu, iat, nonce, rqh}, the key as jwk in its header",
        },
      },
    },
  };
}

function describe(operation: Operation): { readonly [key: string]: unknown } {
  const parameters = [
    ...[...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string", ...patternOf(operation, name as string) },
    })),
    ...queryParameters(operation.query),
    ...Object.entries(operation.headers ?? {}).map(([name, description]) => ({
      name,
      in: "header",
      required: false,
      description,
      schema: { type: "string" },
    })),
  ];
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.tag],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body ? { requestBody: requestBody(operation) } : {}),
    responses: { ...answers(operation), ...problems(problemsOf(operation)) },
    security: security(operation.caller),
  };
}

function patternOf(operation: Operation, name: string): { pattern?: string } {
  const pattern = operation.params?.[name];
  return pattern ? { pattern: pattern.source } : {};
}

function queryParameters(query: z.ZodType | undefined): unknown[] {
  if (query === undefined) return [];
  const schema = schemaOf(query) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: "query",
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }));
}

function requestBody(operation: Operation): unknown {
  const { body } = operation;
  if (body?.type === "json") {
    const content = { schema: schemaOf(body.schema) };
    return {
      required: body.optional !== true,
      content: {
        "application/json": content,
        ...(body.alsoForm ? { "application/x-www-form-urlencoded": content } : {}),
      },
    };
  }
  const properties = Object.fromEntries((body?.fields ?? []).map((field) => [field, { type: "string" }]));
  return { required: true, content: { "multipart/form-data": { schema: { type: "object", properties } } } };
}

function answers(operation: Operation): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(operation.answers).map(([status, answer]) => [
      status,
      {
        description: "Done",
        content: {
          ...(typeof answer === "string" ? { [answer]: {} } : { "application/json": { schema: schemaOf(answer) } }),
          ...(operation.alsoAnswers === undefined || status !== "200" ? {} : { [operation.alsoAnswers]: {} }),
        },
      },
    ]),
  );
}

function problems(reasons: readonly Reason[]): Record<string, unknown> {
  const byStatus = Map.groupBy(reasons, (reason) => STATUS[reason]);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.join(", "),
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
}

function security(caller: Caller): unknown[] {
  const device = "allowsDevice" in caller && caller.allowsDevice === true ? [{ device: [] }] : [];
  if (caller.kind === "instance") return [{ instance: [] }, ...device];
  if (caller.kind === "account") return [{ token: [] }];
  if (caller.kind === "instance_or_account") return [{ instance: [] }, { token: [] }, ...device];
  return [];
}

/**
 * References of a schema count from the document's root once it stands inside one: named parts move to `components`,
 * nameless ones under the operation's id.
 */
function share(value: unknown, id: string, schemas: Record<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((entry) => share(entry, id, schemas));
  if (typeof value !== "object" || value === null) return value;
  const nameOf = (name: string): string => (name.startsWith("__") ? `${id}${name}` : name);
  const shared: Record<string, unknown> = {};
  for (const [member, inner] of Object.entries(value)) {
    if (member === "$defs")
      for (const [name, schema] of Object.entries(inner)) schemas[nameOf(name)] = share(schema, id, schemas);
    else if (member === "$ref" && typeof inner === "string")
      shared[member] = inner.replace(/^#\/\$defs\/(.+)$/, (_, name: string) => `#/components/schemas/${nameOf(name)}`);
    else shared[member] = share(inner, id, schemas);
  }
  return shared;
}

/** Input mode for requests and answers: output mode closes objects, and strict clients would break on our next field. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" }) as Record<string, Json>;
  return rest;
}

const PROBLEM_SCHEMA = {
  type: "object",
  description: "RFC 9457, with the members the host's client and envelope readers expect",
  required: ["type", "title", "status", "detail", "message", "success", "code", "error"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    instance: { type: "string" },
    message: { type: "string" },
    success: { const: false },
    code: { type: "string" },
    error: { type: "object", properties: { code: { type: "string" }, details: { type: "object" } } },
    traceId: { type: "string" },
    class: { enum: ["conclusive", "action", "retryable"], description: "Of licensing: what a client may conclude" },
    serverTime: { type: "string" },
    retryAfter: { type: "integer" },
    actions: {
      type: "array",
      items: {
        type: "object",
        required: ["type"],
        properties: { type: { enum: ACTION_TYPES }, url: { type: "string" } },
      },
    },
    verdict: { type: "string", description: "The refusal as a signed statement, bound to the request" },
  },
} as const;
