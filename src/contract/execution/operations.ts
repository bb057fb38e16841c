import * as z from "zod";
import { ENTITY_EVENTS, EVENTS, type EventName } from "../../domain/execution/events.ts";
import { RUN_CODES } from "../../domain/execution/job.ts";
import { MAX_JSON_BYTES, type Operation } from "../operation.ts";

const MAX_EVENTS = 50;
const CHANGE = z.strictObject({ from: z.string().max(1000), to: z.string().max(1000) });

/** Rows that a plugin may read where the instance cannot be asked. */
const ROWS = z
  .array(z.record(z.string().max(100), z.json()))
  .max(100)
  .optional();

const ENVELOPE = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/, "1 to 100 of A-Z a-z 0-9 _ . : -"),
    event: z.enum(EVENTS as readonly [EventName, ...EventName[]]),
    version: z.literal(1),
    occurredAt: z.iso.datetime({ offset: true }),
    instanceId: z.string().max(20).optional(),
    entity: z.enum(Object.keys(ENTITY_EVENTS) as [keyof typeof ENTITY_EVENTS, ...(keyof typeof ENTITY_EVENTS)[]]),
    entityId: z.string().regex(/^[1-9][0-9]{0,18}$/, "decimal digits"),
    data: z.record(z.string().max(100), z.json()),
    changes: z.record(z.string().max(100), CHANGE).optional(),
    snapshot: z.strictObject({ customers: ROWS, requests: ROWS, appointments: ROWS }).optional(),
  })
  .refine(({ event, entity }) => event.startsWith(`${entity}.`), { path: ["entity"], message: "is not the event's" });

const BATCH = z.strictObject({ events: z.array(ENVELOPE).min(1).max(MAX_EVENTS) });

const ACCEPTED = z.object({
  id: z.string(),
  duplicate: z.boolean(),
  deliveries: z.array(z.object({ installationId: z.string(), executionId: z.string() })),
});
const REFUSED = z.object({ id: z.string(), error: z.object({ code: z.string(), message: z.string() }) });
const BATCH_ANSWER = z.object({ events: z.array(z.union([ACCEPTED, REFUSED])) });

const COUNTS = z.record(z.string(), z.number());
const EXECUTION = z.object({
  id: z.string(),
  installationId: z.string(),
  action: z.string(),
  /** Of the host: `error` for every end but `ok`; `pending` until it ended. */
  status: z.enum(["success", "error", "pending"]),
  outcome: z.string(),
  /** How often it was tried. */
  attempt: z.number(),
  version: z.string(),
  duration: z.number().optional(),
  resourceUsage: z.object({ apiCalls: z.number() }),
  errorMessage: z.string().optional(),
  executedAt: z.string(),
  calls: COUNTS,
  denied: COUNTS,
  logs: z.array(z.object({ level: z.string(), text: z.string() })),
});

const WHOLE = /^[1-9][0-9]{0,5}$/;

export const EXECUTION_OPERATIONS = {
  postEvents: {
    id: "postEvents",
    method: "POST",
    path: "/v1/events",
    summary: "One event of the instance, or up to fifty; delivered at least once to every plugin that may hear it",
    tag: "events",
    caller: { kind: "instance" },
    body: { type: "json", schema: z.union([BATCH, ENVELOPE]), maxBytes: MAX_JSON_BYTES },
    answers: { 200: ACCEPTED, 202: z.union([ACCEPTED, BATCH_ANSWER]) },
    problems: [
      "BODY_INVALID",
      "BODY_TOO_LARGE",
      "MEDIA_TYPE_UNSUPPORTED",
      "VALIDATION_ERROR",
      "event_conflict",
      "event_signature_invalid",
      "RATE_LIMITED",
    ],
  },
  listExecutions: {
    id: "listExecutions",
    method: "GET",
    path: "/v1/installations/{installationId}/executions",
    summary: "What the plugin did in one installation, newest first",
    tag: "installations",
    caller: { kind: "instance_or_account", scope: "instance:manage" },
    params: { installationId: /^[A-Za-z0-9_-]{4,64}$/ },
    query: z.object({
      page: z.string().regex(WHOLE).optional(),
      limit: z
        .string()
        .regex(WHOLE)
        .refine((text) => Number(text) <= 100, "at most 100")
        .optional(),
      outcome: z.enum(["queued", "running", "ok", "skipped", "dead", ...RUN_CODES]).optional(),
    }),
    answers: {
      200: z.object({ data: z.array(EXECUTION), total: z.number(), page: z.number(), limit: z.number() }),
    },
    problems: ["VALIDATION_ERROR", "installation_not_found"],
  },
} as const satisfies Record<string, Operation>;

/** Local only, outside `/v1`: the launcher says why and when it replaced the process of the sandbox Worker */
export const REPORT_INCIDENT = {
  id: "reportIncident",
  method: "POST",
  path: "/__incident",
  summary: "The launcher reports what happened to the sandbox process",
  tag: "service",
  caller: { kind: "secret" },
  body: {
    type: "json",
    schema: z.object({
      why: z.enum(["hang", "memory", "crash", "ready", "boot_timeout"]),
      at: z.union([z.number().min(0), z.iso.datetime()]),
    }),
    maxBytes: 4096,
  },
  answers: { 200: z.object({ ok: z.literal(true) }) },
  problems: ["NOT_FOUND", "AUTHENTICATION_REQUIRED", "BODY_INVALID", "VALIDATION_ERROR"],
} as const satisfies Operation;
