import * as z from "zod";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";
import { visibleText } from "../visible-text.ts";

const INSTALLATION = { installationId: /^[A-Za-z0-9_-]{4,64}$/ };
const OWNER = { kind: "instance_or_account", scope: "instance:manage" } as const;
const WHOLE = /^[0-9]{1,15}$/;

const SUSPENSION = z.object({ reason: z.string(), by: z.string(), at: z.string() });
const STATE = z.object({
  installationId: z.string(),
  activationId: z.string(),
  suspended: z.boolean(),
  suspension: SUSPENSION.optional(),
});
const OUTCOMES = z.object({
  data: z.array(
    z.object({
      day: z.string(),
      version: z.string(),
      kind: z.string(),
      outcome: z.string(),
      runs: z.number(),
      averageMs: z.number(),
      maxMs: z.number(),
    }),
  ),
});
const DAYS = z.object({
  days: z
    .string()
    .regex(/^[1-9][0-9]?$/, "1 to 90")
    .refine((text) => Number(text) <= 90, "1 to 90")
    .optional(),
});
const TAIL = z.object({
  after: z.string().regex(WHOLE, "a place").optional(),
  /** 0: what ended so far, and no waiting. */
  follow: z.enum(["0", "1"]).optional(),
});

/** What admins and publishers see of runs, and what they may do about them. */
export const RUN_OPERATIONS = {
  replayExecution: {
    id: "replayExecution",
    method: "POST",
    path: "/v1/executions/{executionId}/replay",
    summary: "Puts a run that is dead back into the queue, with all its tries",
    tag: "installations",
    caller: OWNER,
    params: { executionId: /^exe_[0-9A-HJKMNP-TV-Z]{26}$/ },
    answers: { 202: z.object({ executionId: z.string(), outcome: z.literal("queued") }) },
    problems: ["execution_not_found", "execution_not_dead", "execution_gone"],
  },
  showSuspension: {
    id: "showSuspension",
    method: "GET",
    path: "/v1/installations/{installationId}/suspension",
    summary: "Whether the plugin is stopped in this installation, since when, by whom and why",
    tag: "installations",
    caller: OWNER,
    params: INSTALLATION,
    answers: { 200: STATE },
    problems: ["installation_not_found"],
  },
  suspendInstallation: {
    id: "suspendInstallation",
    method: "POST",
    path: "/v1/installations/{installationId}/suspend",
    summary: "Stops the plugin in this installation: no new run from now on, running ones end within three seconds",
    tag: "installations",
    caller: OWNER,
    params: INSTALLATION,
    body: {
      type: "json",
      schema: z.object({ reason: visibleText().min(1).max(200).optional() }),
      maxBytes: 4096,
      optional: true,
    },
    answers: { 200: STATE },
    problems: ["installation_not_found"],
  },
  resumeInstallation: {
    id: "resumeInstallation",
    method: "POST",
    path: "/v1/installations/{installationId}/resume",
    summary: "Lets a suspended installation run again; repeating it changes nothing",
    tag: "installations",
    caller: OWNER,
    params: INSTALLATION,
    answers: { 200: STATE },
    problems: ["installation_not_found"],
  },
  tailInstallation: {
    id: "tailInstallation",
    method: "GET",
    path: "/v1/installations/{installationId}/logs",
    summary: "Runs and their log lines as they end, as server-sent events; resumes after Last-Event-ID",
    tag: "installations",
    caller: OWNER,
    params: INSTALLATION,
    query: TAIL,
    answers: { 200: "text/event-stream" },
    problems: ["installation_not_found"],
  },
  tailPlugin: {
    id: "tailPlugin",
    method: "GET",
    path: "/v1/plugins/{id}/logs",
    summary: "How runs of the publisher's plugin end, as server-sent events: no log lines, no names of installations",
    tag: "plugins",
    caller: { kind: "account", scope: "stats:read" },
    params: { id: DECIMAL_ID },
    query: TAIL,
    answers: { 200: "text/event-stream" },
    problems: ["plugin_not_found"],
  },
  installationOutcomes: {
    id: "installationOutcomes",
    method: "GET",
    path: "/v1/installations/{installationId}/outcomes",
    summary: "How often runs of one installation ended how, by day and version",
    tag: "installations",
    caller: OWNER,
    params: INSTALLATION,
    query: DAYS,
    answers: { 200: OUTCOMES },
    problems: ["installation_not_found"],
  },
  pluginOutcomes: {
    id: "pluginOutcomes",
    method: "GET",
    path: "/v1/plugins/{id}/outcomes",
    summary: "How often runs of the publisher's plugin ended how; days with fewer than five installations are left out",
    tag: "plugins",
    caller: { kind: "account", scope: "stats:read" },
    params: { id: DECIMAL_ID },
    query: DAYS,
    answers: { 200: OUTCOMES },
    problems: ["plugin_not_found"],
  },
  exportStorage: {
    id: "exportStorage",
    method: "GET",
    path: "/v1/installations/{installationId}/storage",
    summary:
      "Everything the plugin keeps for this installation, as JSON, page by page: values, settings, then files in base64",
    tag: "installations",
    caller: OWNER,
    params: INSTALLATION,
    query: z.object({ cursor: z.string().max(600).optional() }),
    answers: {
      200: z.object({
        items: z.array(z.object({ key: z.string(), value: z.json() })),
        settings: z.record(z.string(), z.json()).optional().describe("On the first page, where any are set"),
        files: z
          .array(
            z.object({
              key: z.string(),
              size: z.int(),
              contentType: z.string(),
              sha256: z.string(),
              updatedAt: z.string(),
              base64: z.string(),
            }),
          )
          .optional(),
        cursor: z.string().optional(),
      }),
    },
    problems: ["installation_not_found", "VALIDATION_ERROR"],
  },
  eraseStorage: {
    id: "eraseStorage",
    method: "DELETE",
    path: "/v1/installations/{installationId}/storage",
    summary: "Erases everything the plugin keeps for this installation, settings and secrets too, at once",
    tag: "installations",
    caller: OWNER,
    params: INSTALLATION,
    answers: { 200: z.object({ installationId: z.string(), erased: z.literal(true) }) },
    problems: ["installation_not_found"],
  },
} as const satisfies Record<string, Operation>;

const INSTANCE_ID = z.object({ instanceId: z.string().regex(DECIMAL_ID).optional() });
/** A write that a plugin wants, below the instance's own `/api`. */
export const ACTION = z.object({
  id: z.string(),
  installationId: z.string(),
  activationId: z.string(),
  executionId: z.string(),
  plugin: z.string(),
  method: z.string(),
  request: z.object({ verb: z.string(), path: z.string(), body: z.json().optional() }),
  createdAt: z.string(),
});
/** How one ended there. */
export const ACTION_RESULT = z.object({
  id: z.string().regex(/^axn_[0-9A-HJKMNP-TV-Z]{26}$/),
  ok: z.boolean(),
  status: z.int().min(100).max(599).optional(),
  error: z.string().max(300).optional(),
});

/** For instances that nobody can call, and for those that can only post unsigned webhooks. */
export const PULL_OPERATIONS = {
  setInstanceMode: {
    id: "setInstanceMode",
    method: "PUT",
    path: "/v1/instances/mode",
    summary: "Whether the marketplace calls the instance, or the instance fetches what plugins want written",
    tag: "instances",
    caller: OWNER,
    body: {
      type: "json",
      schema: z.object({ mode: z.enum(["push", "pull"]), instanceId: z.string().regex(DECIMAL_ID).optional() }),
      maxBytes: 4096,
    },
    answers: { 200: z.object({ instanceId: z.string(), mode: z.enum(["push", "pull"]) }) },
    problems: ["NOT_FOUND"],
  },
  fetchActions: {
    id: "fetchActions",
    method: "GET",
    path: "/v1/instances/actions",
    summary: "Writes that wait for this instance, in their order; waits up to `wait` seconds for the first",
    tag: "instances",
    caller: { kind: "instance" },
    query: z.object({
      wait: z
        .string()
        .regex(/^[0-9]{1,2}$/, "0 to 25 seconds")
        .refine((text) => Number(text) <= 25, "0 to 25 seconds")
        .optional(),
      limit: z
        .string()
        .regex(/^[1-9][0-9]?$/, "1 to 50")
        .refine((text) => Number(text) <= 50, "1 to 50")
        .optional(),
    }),
    answers: {
      200: z.object({
        actions: z.array(ACTION),
      }),
    },
    problems: [],
  },
  acknowledgeActions: {
    id: "acknowledgeActions",
    method: "POST",
    path: "/v1/instances/actions/ack",
    summary: "How applied writes ended; the first word about each counts",
    tag: "instances",
    caller: { kind: "instance" },
    body: {
      type: "json",
      schema: z.object({
        results: z.array(ACTION_RESULT).min(1).max(50),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: z.object({ acknowledged: z.array(z.string()) }) },
    problems: [],
  },
  rotateEventHook: {
    id: "rotateEventHook",
    method: "POST",
    path: "/v1/instances/hook",
    summary: "A new secret address for unsigned automation webhooks, shown once; the one before counts for another day",
    tag: "instances",
    caller: OWNER,
    body: { type: "json", schema: INSTANCE_ID, maxBytes: 4096, optional: true },
    answers: {
      201: z.object({
        url: z.string(),
        headerUrl: z.string(),
        header: z.string(),
        secret: z.string(),
        previousUntil: z.string(),
      }),
    },
    problems: ["NOT_FOUND", "VALIDATION_ERROR"],
  },
  dropEventHook: {
    id: "dropEventHook",
    method: "DELETE",
    path: "/v1/instances/hook",
    summary: "Ends the address and its secrets at once",
    tag: "instances",
    caller: OWNER,
    query: INSTANCE_ID,
    answers: { 200: z.object({ dropped: z.boolean() }) },
    problems: ["NOT_FOUND", "VALIDATION_ERROR"],
  },
  receiveHook: {
    id: "receiveHook",
    method: "POST",
    path: "/v1/hooks/{secret}",
    summary: "Takes an unsigned automation webhook of an unmodified instance at its secret address",
    tag: "events",
    caller: { kind: "secret" },
    params: { secret: /^rbsm_hook_[0-9A-Za-z]{43}$/ },
    answers: { 202: z.object({ success: z.literal(true), id: z.string() }) },
    problems: ["NOT_FOUND", "RATE_LIMITED", "hook_unmapped", "BODY_INVALID", "BODY_TOO_LARGE"],
  },
  receiveHookByHeader: {
    id: "receiveHookByHeader",
    method: "POST",
    path: "/v1/hooks",
    summary: "The same, with the secret in the header X-Rbsm-Hook",
    tag: "events",
    caller: { kind: "secret" },
    answers: { 202: z.object({ success: z.literal(true), id: z.string() }) },
    problems: ["NOT_FOUND", "RATE_LIMITED", "hook_unmapped", "BODY_INVALID", "BODY_TOO_LARGE"],
  },
} as const satisfies Record<string, Operation>;
