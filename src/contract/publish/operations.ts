import * as z from "zod";
import { BUNDLE_REASONS } from "../../domain/bundle/reasons.ts";
import { GATES, WAITING_FOR } from "../../domain/release/gates.ts";
import { RELEASE_STATES } from "../../domain/release/states.ts";
import { TRUST_REASONS } from "../../domain/trust/reasons.ts";
import { MARKETPLACE_PLUGIN } from "../catalogue/marketplace-plugin.ts";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";

/** The bundle's own limit and what a form around it may weigh: the host's JSON, a statement, boundaries. */
const MAX_UPLOAD_BYTES = 52_428_800 + 1_048_576;

const FINDING = z.object({
  check: z.string(),
  rule: z.string(),
  severity: z.enum(["error", "warning", "info"]),
  path: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  message: z.string(),
  advice: z.string(),
  docs: z.string(),
});

/** Of people: so many, of so many that are needed. */
const COUNT = z.object({ by: z.int(), of: z.int() });

const RELEASE = z
  .object({
    releaseId: z.string(),
    pluginId: z.string(),
    publisher: z.string(),
    name: z.string(),
    displayName: z.string(),
    version: z.string(),
    sha256: z.string(),
    size: z.int(),
    state: z.enum(RELEASE_STATES),
    gates: z.array(z.enum(GATES)),
    waits: z.array(
      z.object({
        gate: z.enum(GATES),
        who: z.enum(WAITING_FOR),
        earliest: z.string().optional(),
        why: z.array(z.string()),
      }),
    ),
    earliest: z.string().optional(),
    checks: z.array(
      z.object({
        name: z.string(),
        result: z.enum(["clean", "dirty", "unknown", "waiting"]),
        accepted: COUNT.optional(),
      }),
    ),
    approvals: COUNT,
    appeal: z
      .object({
        reason: z.string(),
        at: z.string(),
        dueAt: z.string(),
        outcome: z.enum(["upheld", "overturned"]).optional(),
        decisionReason: z.string().optional(),
      })
      .optional(),
    appealUntil: z.string().optional(),
    block: z
      .object({ code: z.string(), reason: z.string(), askedAt: z.string(), confirmedAt: z.string().optional() })
      .optional(),
    findings: z.array(FINDING),
    reason: z.string().optional(),
    uploadedBy: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: "Release" });

const UPLOADED = z.looseObject({
  ...MARKETPLACE_PLUGIN.shape,
  releaseId: z.string(),
  state: z.enum(RELEASE_STATES),
});

const VERSION_PARAMS = { id: DECIMAL_ID, v: /^[0-9][0-9A-Za-z.-]{0,63}$/ } as const;
const REASON = z.string().trim().min(3).max(500);
const NOTHING = z.strictObject({});
/** Owners, maintainers and the desk. */
const YANKING = { kind: "account", scope: ["release:yank", "desk:review"] } as const;
const MOVED = z.object({
  pluginId: z.string(),
  version: z.string(),
  state: z.enum(["published", "deprecated", "yanked"]),
});

const MEMBER_SCOPES = ["release:stage", "release:publish", "plugin:edit", "stats:read", "desk:review"] as const;

export const PUBLISH_OPERATIONS = {
  publishPlugin: {
    id: "publishPlugin",
    method: "POST",
    path: "/v1/plugins",
    summary: "Upload a release: multipart `plugin`, `bundle`, `statement`",
    tag: "publishing",
    caller: { kind: "instance_or_account", scope: ["release:publish", "release:stage"] },
    body: { type: "multipart", fields: ["plugin", "bundle", "statement"], maxBytes: MAX_UPLOAD_BYTES },
    answers: { 201: UPLOADED, 200: UPLOADED },
    problems: [
      "BODY_INVALID",
      "BODY_TOO_LARGE",
      "MEDIA_TYPE_UNSUPPORTED",
      "PERMISSION_DENIED",
      "VALIDATION_ERROR",
      "checksum_mismatch",
      "metadata_mismatch",
      "name_taken",
      "name_reserved",
      "version_exists",
      "quota_plugins",
      "quota_uploads",
      "quota_pending",
      "state_conflict",
      "blob_unavailable",
      ...BUNDLE_REASONS,
      ...TRUST_REASONS,
    ],
  },
  getHead: {
    id: "getHead",
    method: "GET",
    path: "/v1/plugins/by-name/{name}/head",
    params: { name: /^[a-z0-9-]{1,60}$/ },
    summary: "Where the plugin's chain of statements stands",
    tag: "publishing",
    caller: { kind: "account", scope: MEMBER_SCOPES },
    answers: { 200: z.object({ sequence: z.int(), statementSha256: z.string().nullable() }) },
    problems: ["NOT_FOUND", "PERMISSION_DENIED"],
  },
  getRelease: {
    id: "getRelease",
    method: "GET",
    path: "/v1/releases/{id}",
    params: { id: DECIMAL_ID },
    summary: "A release on its way; `wait` seconds until its checks have ended, or until it left the state `after`",
    tag: "publishing",
    caller: { kind: "instance_or_account", scope: MEMBER_SCOPES },
    query: z.looseObject({
      wait: z
        .string()
        .regex(/^(?:[0-9]|[12][0-9]|30)$/)
        .optional(),
      after: z.enum(RELEASE_STATES).optional(),
    }),
    answers: { 200: RELEASE },
    problems: ["release_not_found", "VALIDATION_ERROR"],
  },
  deskQueue: {
    id: "deskQueue",
    method: "GET",
    path: "/v1/desk/queue",
    summary: "Releases waiting for a decision, longest first",
    tag: "desk",
    caller: { kind: "account", scope: "desk:review" },
    answers: { 200: z.object({ releases: z.array(RELEASE) }) },
    problems: ["PERMISSION_DENIED"],
  },
  decideRelease: {
    id: "decideRelease",
    method: "POST",
    path: "/v1/desk/releases/{id}/decision",
    params: { id: DECIMAL_ID },
    summary: "Approve or reject the release whose bytes were looked at",
    tag: "desk",
    caller: { kind: "account", scope: "desk:review" },
    body: {
      type: "json",
      schema: z.strictObject({
        decision: z.enum(["approve", "reject"]),
        reason: z.string().min(3).max(500),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: z.object({ releaseId: z.string(), state: z.enum(["published", "rejected", "review"]) }) },
    problems: ["release_not_found", "state_conflict", "own_plugin", "PERMISSION_DENIED", "blob_unavailable"],
  },
  withdrawRelease: {
    id: "withdrawRelease",
    method: "POST",
    path: "/v1/releases/{id}/withdraw",
    params: { id: DECIMAL_ID },
    summary: "Take one's own release back while it is in review",
    tag: "publishing",
    caller: { kind: "account", scope: ["release:publish", "release:yank"] },
    body: {
      type: "json",
      schema: z.strictObject({ reason: REASON.optional() }),
      maxBytes: MAX_JSON_BYTES,
      optional: true,
    },
    answers: { 200: z.object({ releaseId: z.string(), state: z.literal("rejected") }) },
    problems: ["release_not_found", "state_conflict", "PERMISSION_DENIED"],
  },
  yankRelease: {
    id: "yankRelease",
    method: "POST",
    path: "/v1/plugins/{id}/versions/{v}/yank",
    params: VERSION_PARAMS,
    summary: "No longer offer a version; holders still get it by its exact number",
    tag: "publishing",
    caller: YANKING,
    body: { type: "json", schema: z.strictObject({ reason: REASON }), maxBytes: MAX_JSON_BYTES },
    answers: { 200: MOVED },
    problems: ["release_not_found", "state_conflict", "PERMISSION_DENIED"],
  },
  unyankRelease: {
    id: "unyankRelease",
    method: "POST",
    path: "/v1/plugins/{id}/versions/{v}/unyank",
    params: VERSION_PARAMS,
    summary: "Offer a yanked version again",
    tag: "publishing",
    caller: YANKING,
    body: { type: "json", schema: NOTHING, maxBytes: MAX_JSON_BYTES, optional: true },
    answers: { 200: MOVED },
    problems: ["release_not_found", "state_conflict", "PERMISSION_DENIED"],
  },
  deprecateRelease: {
    id: "deprecateRelease",
    method: "POST",
    path: "/v1/plugins/{id}/versions/{v}/deprecate",
    params: VERSION_PARAMS,
    summary: "Mark a version with a notice, and perhaps a plugin to use instead",
    tag: "publishing",
    caller: YANKING,
    body: {
      type: "json",
      schema: z.strictObject({
        message: REASON,
        replacement: z
          .string()
          .regex(/^[a-z0-9-]{1,60}$/)
          .optional(),
      }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: MOVED },
    problems: ["release_not_found", "state_conflict", "PERMISSION_DENIED", "VALIDATION_ERROR"],
  },
  undeprecateRelease: {
    id: "undeprecateRelease",
    method: "POST",
    path: "/v1/plugins/{id}/versions/{v}/undeprecate",
    params: VERSION_PARAMS,
    summary: "Take the notice of a version back",
    tag: "publishing",
    caller: YANKING,
    body: { type: "json", schema: NOTHING, maxBytes: MAX_JSON_BYTES, optional: true },
    answers: { 200: MOVED },
    problems: ["release_not_found", "state_conflict", "PERMISSION_DENIED"],
  },
} as const satisfies Record<string, Operation>;
