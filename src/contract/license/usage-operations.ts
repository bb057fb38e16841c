import * as z from "zod";
import type { Scope } from "../../domain/account/scopes.ts";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";

const OWN: readonly Scope[] = ["instance:manage"];
const SEES: readonly Scope[] = ["instance:manage", "license:issue", "desk:accounts"];
const ID_PARAM = { id: DECIMAL_ID };

const LINE = z.object({
  metric: z.string(),
  kind: z.enum(["counter", "gauge"]),
  used: z.int(),
  cap: z.int().describe("-1 is unlimited"),
  period: z.string().optional(),
  resetsAt: z.string().optional(),
});
const USAGE = z.object({ usage: z.array(LINE), warnings: z.array(z.string()) });

const EVENT = z.object({
  seq: z.int(),
  at: z.string(),
  kind: z.string(),
  licenseId: z.string(),
  activationId: z.string().optional(),
  actor: z.object({ kind: z.string(), id: z.string().optional() }),
  op: z.string(),
  data: z.record(z.string(), z.unknown()),
  chain: z.string().optional(),
  personal: z.string().optional(),
  salt: z.string().optional(),
});

/** Metering and the audit of a license (README of src/domain/license, Usage and Audit). */
export const USAGE_OPERATIONS = {
  showUsage: {
    id: "showUsage",
    method: "GET",
    path: "/v1/licenses/{id}/usage",
    summary: "What a license used of its limits in this period",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: SEES, allowsDevice: true },
    params: ID_PARAM,
    answers: { 200: USAGE },
    problems: ["NOT_FOUND", "DEVICE_PROOF_INVALID"],
  },
  reportUsage: {
    id: "reportUsage",
    method: "POST",
    path: "/v1/licenses/{id}/usage",
    summary: "Count usage: all items or none; the same batch counts once in seven days",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: OWN, allowsDevice: true },
    params: ID_PARAM,
    body: {
      type: "json",
      schema: z.object({
        items: z
          .array(z.object({ metric: z.string().max(64), units: z.int().min(0).max(1_000_000_000) }))
          .min(1)
          .max(50),
        batchId: z
          .string()
          .regex(/^[A-Za-z0-9_-]{8,64}$/)
          .optional(),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: USAGE.extend({ isReplayed: z.boolean() }) },
    problems: ["NOT_FOUND", "REVOKED", "QUOTA_EXHAUSTED", "DEVICE_PROOF_INVALID"],
  },
  listLicenseEvents: {
    id: "listLicenseEvents",
    method: "GET",
    path: "/v1/licenses/{id}/events",
    summary: "The audit of a license in order; `format=jsonl` answers one event a line",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: SEES },
    params: ID_PARAM,
    query: z.object({
      after: z
        .string()
        .regex(/^[0-9]{1,15}$/)
        .optional(),
      limit: z
        .string()
        .regex(/^(?:[1-9][0-9]{0,2}|1000)$/)
        .optional(),
      format: z.enum(["json", "jsonl"]).optional(),
    }),
    answers: { 200: z.object({ data: z.array(EVENT), next: z.int().optional() }) },
    alsoAnswers: "application/x-ndjson",
    problems: ["VALIDATION_ERROR", "NOT_FOUND"],
  },
  eraseLicenseEvents: {
    id: "eraseLicenseEvents",
    method: "DELETE",
    path: "/v1/licenses/{id}/events/personal",
    summary: "Forget who and what of a license's sealed events; the chain still holds",
    tag: "licenses",
    caller: { kind: "account", scope: "desk:accounts" },
    params: ID_PARAM,
    answers: { 200: z.object({ erased: z.int() }) },
    problems: ["AUTHENTICATION_REQUIRED", "PERMISSION_DENIED", "NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
