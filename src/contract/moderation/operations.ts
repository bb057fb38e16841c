import * as z from "zod";
import { REPORT_KINDS, REPORT_STATES } from "../../domain/release/reports.ts";
import { DECIMAL_ID, json, type Operation, optionalJson } from "../operation.ts";

const ID = { id: DECIMAL_ID } as const;
const DESK = { kind: "account", scope: "desk:review" } as const;
const REASON = z.string().trim().min(3).max(2000);
const NOTHING = optionalJson(z.strictObject({}));
const PLUGIN_NAME = z.string().regex(/^[a-z0-9-]{1,60}$/);
const ENDED = z.enum(["acted", "dismissed"]);

const REPORT = z
  .object({
    id: z.string(),
    caseId: z.string(),
    plugin: z.string(),
    pluginId: z.string(),
    version: z.string().optional(),
    kind: z.enum(REPORT_KINDS),
    text: z.string(),
    wantsAnswer: z.boolean(),
    state: z.enum(REPORT_STATES),
    createdAt: z.string(),
    dueAt: z.string(),
    outcome: z.string().optional(),
    decidedAt: z.string().optional(),
  })
  .meta({ id: "Report" });
const CASE = z
  .object({
    id: z.string(),
    plugin: z.string(),
    pluginId: z.string(),
    releaseId: z.string().optional(),
    kind: z.enum(["reports", "retro_scan"]),
    summary: z.string(),
    findings: z.array(z.looseObject({})),
    state: z.enum(["open", "acted", "dismissed"]),
    openedAt: z.string(),
    closedReason: z.string().optional(),
    closedAt: z.string().optional(),
  })
  .meta({ id: "Case" });
const COUNTS = z.record(z.string(), z.int());
const FIGURES = z.object({
  month: z.string(),
  submissions: z.int(),
  published: z.int(),
  publishedByRules: z.int(),
  rejected: z.int(),
  refusalsByRule: COUNTS,
  medianWaitSeconds: z.int().nullable(),
  appeals: z.int(),
  appealsOverturned: z.int(),
  blocks: COUNTS,
  reports: COUNTS,
});

/** Reports by anybody, what the desk makes of them, its record, and what everybody may know of all that. */
export const MODERATION_OPERATIONS = {
  reportPlugin: {
    id: "reportPlugin",
    method: "POST",
    path: "/v1/reports",
    summary: "Report a plugin; nobody need have an account",
    tag: "plugins",
    caller: { kind: "none" },
    body: json(
      z.strictObject({
        plugin: PLUGIN_NAME,
        version: z
          .string()
          .regex(/^[0-9][0-9A-Za-z.-]{0,63}$/)
          .optional(),
        kind: z.enum(REPORT_KINDS),
        text: z.string().trim().min(10).max(5000),
        email: z.email().max(254).optional(),
      }),
    ),
    answers: { 201: z.object({ reportId: z.string(), dueAt: z.string().describe("First look until then") }) },
    problems: ["plugin_not_found", "quota_reports"],
  },
  transparency: {
    id: "transparency",
    method: "GET",
    path: "/v1/transparency",
    summary: "Monthly counts: submissions, refusals by rule, waiting time, appeals, blocks, reports",
    tag: "service",
    caller: { kind: "none" },
    answers: { 200: z.object({ months: z.array(FIGURES) }) },
    problems: [],
  },
  listReports: {
    id: "listReports",
    method: "GET",
    path: "/v1/desk/reports",
    summary: "Reports, the most urgent first",
    tag: "desk",
    caller: DESK,
    query: z.looseObject({ state: z.enum(REPORT_STATES).optional() }),
    answers: { 200: z.object({ reports: z.array(REPORT) }) },
    problems: [],
  },
  triageReport: {
    id: "triageReport",
    method: "POST",
    path: "/v1/desk/reports/{id}/triage",
    params: ID,
    summary: "Somebody looks into it",
    tag: "desk",
    caller: DESK,
    body: NOTHING,
    answers: { 200: z.object({ id: z.string(), state: z.literal("triaged") }) },
    problems: ["own_plugin", "state_conflict"],
  },
  decideReport: {
    id: "decideReport",
    method: "POST",
    path: "/v1/desk/reports/{id}/decision",
    params: ID,
    summary: "The outcome of a report; who left an address hears of it",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ state: ENDED, outcome: REASON })),
    answers: { 200: z.object({ id: z.string(), state: ENDED }) },
    problems: ["own_plugin", "state_conflict"],
  },
  listCases: {
    id: "listCases",
    method: "GET",
    path: "/v1/desk/cases",
    summary: "What is looked into: reports about a plugin, and hits of rules that came later",
    tag: "desk",
    caller: DESK,
    query: z.looseObject({ state: z.enum(["open", "acted", "dismissed"]).optional() }),
    answers: { 200: z.object({ cases: z.array(CASE) }) },
    problems: [],
  },
  closeCase: {
    id: "closeCase",
    method: "POST",
    path: "/v1/desk/cases/{id}/close",
    params: ID,
    summary: "End a case with a reason; its open reports end with it",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ state: ENDED, reason: REASON })),
    answers: { 200: z.object({ id: z.string(), state: ENDED }) },
    problems: ["own_plugin", "state_conflict"],
  },
  pluginHistory: {
    id: "pluginHistory",
    method: "GET",
    path: "/v1/desk/plugins/{id}/history",
    params: ID,
    summary: "Everything that was done about a plugin, newest first",
    tag: "desk",
    caller: DESK,
    answers: {
      200: z.object({
        entries: z.array(
          z.object({
            at: z.string(),
            actor: z.string(),
            action: z.string(),
            subject: z.string(),
            data: z.looseObject({}),
          }),
        ),
      }),
    },
    problems: [],
  },
  holdPlugin: {
    id: "holdPlugin",
    method: "POST",
    path: "/v1/desk/plugins/{id}/hold",
    params: ID,
    summary: "Hold a plugin while it is looked into: nobody starts with it, those who have it go on",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ reason: REASON })),
    answers: { 200: z.object({ id: z.string(), isHeld: z.boolean() }) },
    problems: ["own_plugin", "state_conflict"],
  },
  releasePlugin: {
    id: "releasePlugin",
    method: "POST",
    path: "/v1/desk/plugins/{id}/release",
    params: ID,
    summary: "Let a held plugin go again",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ reason: REASON })),
    answers: { 200: z.object({ id: z.string(), isHeld: z.boolean() }) },
    problems: ["own_plugin", "state_conflict"],
  },
  verifyDeskActs: {
    id: "verifyDeskActs",
    method: "GET",
    path: "/v1/desk/acts/verify",
    summary: "Walk the chained record of the desk; `brokenAt` is the first act that is not what was sealed",
    tag: "desk",
    caller: DESK,
    answers: {
      200: z.object({ acts: z.int(), last: z.string().nullable(), brokenAt: z.int().nullable() }),
    },
    problems: [],
  },
} as const satisfies Record<string, Operation>;
