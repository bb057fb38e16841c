import * as z from "zod";
import type { Scope } from "../../domain/account/scopes.ts";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";
import * as shapes from "./shapes.ts";

const OWN: readonly Scope[] = ["instance:manage"];
const BILLING: readonly Scope[] = ["license:issue", "desk:accounts"];
const ID_PARAM = { id: DECIMAL_ID };
/** A license by id, or by key on the call the host makes that way. */
const LICENSE_PARAM = { license: /^[^/]{1,128}$/ };
const CALLER_PROBLEMS = ["AUTHENTICATION_REQUIRED", "CLOCK_SKEW", "PERMISSION_DENIED", "INSTANCE_SUSPENDED"] as const;
const BODY_PROBLEMS = ["BODY_INVALID", "BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED", "VALIDATION_ERROR"] as const;

const CODE = /^[a-z][A-Za-z0-9_.-]{0,63}$/;
const CODE_PARAM = { id: DECIMAL_ID, code: CODE };
const ENTITLEMENTS = z.object({
  entitlements: z
    .array(
      z.object({ code: z.string().regex(CODE), kind: z.enum(["flag", "limit"]), title: z.string().min(1).max(120) }),
    )
    .max(100),
});

function json<S extends z.ZodType>(schema: S) {
  return { type: "json", schema, maxBytes: MAX_JSON_BYTES } as const;
}

function optionalJson<S extends z.ZodType>(schema: S) {
  return { ...json(schema), optional: true } as const;
}

/** Plans, terms and keys over a license's life (README of src/domain/license, States). */
export const TERM_OPERATIONS = {
  revokeLicense: {
    id: "revokeLicense",
    method: "POST",
    path: "/v1/licenses/{license}/revoke",
    summary: "End a license for good; repeating it changes nothing",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: [...OWN, ...BILLING] },
    params: LICENSE_PARAM,
    body: optionalJson(z.object({ reason: z.string().max(500).optional() })),
    answers: { 200: shapes.LICENSE },
    problems: ["RATE_LIMITED", ...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "STATE_CHANGED"],
  },
  renewLicense: {
    id: "renewLicense",
    method: "POST",
    path: "/v1/licenses/{id}/renew",
    summary: "Add days to the term",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: ID_PARAM,
    body: json(z.object({ days: shapes.DAYS })),
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  upgradeLicense: {
    id: "upgradeLicense",
    method: "POST",
    path: "/v1/licenses/{id}/upgrade",
    summary: "Move a license up the ladder; a trial takes the term that was sold",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: ID_PARAM,
    body: json(shapes.PLAN_BODY),
    answers: { 200: shapes.LICENSE },
    problems: [
      ...CALLER_PROBLEMS,
      ...BODY_PROBLEMS,
      "NOT_FOUND",
      "TRANSITION_INVALID",
      "PLAN_CHANGE_REFUSED",
      "STATE_CHANGED",
    ],
  },
  suspendLicense: {
    id: "suspendLicense",
    method: "POST",
    path: "/v1/licenses/{id}/suspend",
    summary: "Stop a license until it is reactivated",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: ID_PARAM,
    body: json(z.object({ reason: z.string().min(1).max(500) })),
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  reactivateLicense: {
    id: "reactivateLicense",
    method: "POST",
    path: "/v1/licenses/{id}/reactivate",
    summary: "Let a suspended license live again",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: ID_PARAM,
    body: optionalJson(z.object({ extend: z.boolean().optional() })),
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  downgradeLicense: {
    id: "downgradeLicense",
    method: "POST",
    path: "/v1/licenses/{id}/downgrade",
    summary: "Move a license down the ladder at the end of its term; an operator can force it at once",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: ID_PARAM,
    body: json(z.object({ type: shapes.TIER, terms: shapes.PLAN_TERMS.optional(), force: z.boolean().optional() })),
    answers: { 200: shapes.LICENSE },
    problems: [
      ...CALLER_PROBLEMS,
      ...BODY_PROBLEMS,
      "NOT_FOUND",
      "TRANSITION_INVALID",
      "PLAN_CHANGE_REFUSED",
      "STATE_CHANGED",
    ],
  },
  cancelLicense: {
    id: "cancelLicense",
    method: "POST",
    path: "/v1/licenses/{id}/cancel",
    summary: "Let a license end with its term; repeating it changes nothing",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: [...OWN, ...BILLING] },
    params: ID_PARAM,
    body: { ...json(z.object({})), optional: true },
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  extendTrial: {
    id: "extendTrial",
    method: "POST",
    path: "/v1/licenses/{id}/extend-trial",
    summary: "Prolong a trial, once and by 30 days at most; the plugin's publisher only",
    tag: "licenses",
    caller: { kind: "account", scope: ["license:issue"] },
    params: ID_PARAM,
    body: json(z.object({ days: z.int().min(1).max(30) })),
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  rotateKey: {
    id: "rotateKey",
    method: "POST",
    path: "/v1/licenses/{id}/rotate-key",
    summary: "A new key, shown in this answer only; the old one is taken for some days more",
    tag: "licenses",
    caller: { kind: "instance_or_account", scope: OWN },
    params: ID_PARAM,
    body: {
      ...json(z.object({ overlapDays: z.int().min(0).max(30).optional().describe("7 where nothing is said") })),
      optional: true,
    },
    answers: { 200: shapes.LICENSE.extend({ oldKeyUntil: z.string() }) },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  entitleLicense: {
    id: "entitleLicense",
    method: "PUT",
    path: "/v1/licenses/{id}/entitlements/{code}",
    summary: "Grant a license a right on top of its tier, for good or for a while",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: CODE_PARAM,
    body: json(
      z.object({
        source: z.enum(["addon", "override"]).optional(),
        value: z.string().max(200).optional(),
        startsAt: z.iso.datetime({ offset: true }).optional(),
        endsAt: z.iso.datetime({ offset: true }).optional(),
      }),
    ),
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  withdrawEntitlement: {
    id: "withdrawEntitlement",
    method: "DELETE",
    path: "/v1/licenses/{id}/entitlements/{code}",
    summary: "Take back a right that was granted on top of the tier",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: CODE_PARAM,
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  limitLicense: {
    id: "limitLicense",
    method: "PUT",
    path: "/v1/licenses/{id}/limits/{code}",
    summary: "Set a license's limit of a metric, also one of the plugin's own; -1 is unlimited",
    tag: "licenses",
    caller: { kind: "account", scope: BILLING },
    params: CODE_PARAM,
    body: json(z.object({ cap: z.int().min(-1).max(1_000_000_000_000) })),
    answers: { 200: shapes.LICENSE },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND", "TRANSITION_INVALID", "STATE_CHANGED"],
  },
  listEntitlements: {
    id: "listEntitlements",
    method: "GET",
    path: "/v1/plugins/{id}/entitlements",
    summary: "Rights a plugin can ask a license for",
    tag: "plugins",
    caller: { kind: "none" },
    params: ID_PARAM,
    answers: { 200: ENTITLEMENTS },
    problems: ["NOT_FOUND"],
  },
  defineEntitlements: {
    id: "defineEntitlements",
    method: "PUT",
    path: "/v1/plugins/{id}/entitlements",
    summary: "Write the list of rights a plugin can ask for; what licenses hold stays",
    tag: "plugins",
    caller: { kind: "account", scope: ["license:issue"] },
    params: ID_PARAM,
    body: json(ENTITLEMENTS),
    answers: { 200: ENTITLEMENTS },
    problems: [...CALLER_PROBLEMS, ...BODY_PROBLEMS, "NOT_FOUND"],
  },
} as const satisfies Record<string, Operation>;
