import * as z from "zod";
import { ADVISORY_STATES } from "../../domain/advisory/advisory.ts";
import { SEVERITIES } from "../../domain/advisory/cvss.ts";
import { ENTRY_CODES } from "../../domain/advisory/revocation.ts";
import { DECIMAL_ID, json, type Operation, optionalJson } from "../operation.ts";

const NONE = { kind: "none" } as const;
const DESK = { kind: "account", scope: "desk:review" } as const;
const PUBLISHING = { kind: "account", scope: "release:publish" } as const;
export const ADVISORY_ID = /^RBSM-[0-9]{4}-[1-9][0-9]{0,9}$/;
const ID = { id: ADVISORY_ID } as const;

const LINE = z.string().trim().min(1).max(200);
const REASON = z.string().trim().min(10).max(500);
const NAME = z.string().regex(/^[a-z][a-z0-9-]{1,49}$/);

const TEXT = {
  severity: z.string().max(60).describe("CVSS 3.1 vector, base metrics"),
  affected: z.string().max(100).describe("Range of versions"),
  fixed: z.string().max(64).nullable().optional().describe("The first version without the flaw"),
  summary: LINE,
  details: z.string().max(20_000).optional(),
  aliases: z
    .array(z.string().regex(/^(?:CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})$/))
    .max(10)
    .optional(),
  credits: z.array(LINE).max(20).optional(),
  links: z.array(z.string().max(500)).max(20).optional(),
};

const ADVISORY = z.object({
  id: z.string(),
  plugin: z.string(),
  pluginId: z.string(),
  publisher: z.string(),
  state: z.enum(ADVISORY_STATES),
  severity: z.object({ vector: z.string(), score: z.number(), level: z.enum(SEVERITIES) }),
  affected: z.string(),
  fixed: z.string().nullable(),
  versions: z.array(z.string()).describe("Published versions that are hit"),
  summary: z.string(),
  details: z.string(),
  aliases: z.array(z.string()),
  credits: z.array(z.string()),
  links: z.array(z.string()),
  decision: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  confirmedAt: z.string().nullable(),
});
/** Open Source Vulnerability format; only what ours always has is spelled out. */
const OSV = z.looseObject({
  schema_version: z.string(),
  id: z.string(),
  modified: z.string(),
  published: z.string().optional(),
  withdrawn: z.string().optional(),
  summary: z.string(),
  affected: z.array(z.looseObject({ versions: z.array(z.string()) })),
});
const LIST = z.object({ advisories: z.array(ADVISORY) });

/** Flaws of plugins: written by publishers, confirmed by the desk, read by everybody (src/domain/advisory/README.md). */
export const ADVISORY_OPERATIONS = {
  listAdvisories: {
    id: "listAdvisories",
    method: "GET",
    path: "/v1/advisories",
    summary: "Confirmed advisories in OSV form, newest first",
    tag: "plugins",
    caller: NONE,
    query: z.looseObject({
      plugin: NAME.optional(),
      after: z.string().regex(ADVISORY_ID).optional().describe("The last id of the page before"),
      limit: z
        .string()
        .regex(/^(?:[1-9][0-9]?|100)$/)
        .optional(),
    }),
    answers: { 200: z.object({ vulns: z.array(OSV), next: z.string().optional() }) },
    problems: ["NOT_FOUND"],
  },
  showAdvisory: {
    id: "showAdvisory",
    method: "GET",
    path: "/v1/advisories/{id}",
    params: ID,
    summary: "One confirmed advisory in OSV form",
    tag: "plugins",
    caller: NONE,
    answers: { 200: OSV },
    problems: ["NOT_FOUND"],
  },
  draftAdvisory: {
    id: "draftAdvisory",
    method: "POST",
    path: "/v1/plugins/{id}/advisories",
    params: { id: DECIMAL_ID },
    summary: "Write an advisory that nobody else reads yet",
    tag: "publishing",
    caller: PUBLISHING,
    body: json(z.strictObject(TEXT)),
    answers: { 201: ADVISORY },
    problems: ["NOT_FOUND"],
  },
  listOwnAdvisories: {
    id: "listOwnAdvisories",
    method: "GET",
    path: "/v1/plugins/{id}/advisories",
    params: { id: DECIMAL_ID },
    summary: "One's own advisories about a plugin, in every state",
    tag: "publishing",
    caller: PUBLISHING,
    answers: { 200: LIST },
    problems: ["NOT_FOUND"],
  },
  rewriteAdvisory: {
    id: "rewriteAdvisory",
    method: "PATCH",
    path: "/v1/advisories/{id}",
    params: ID,
    summary: "Change a draft",
    tag: "publishing",
    caller: PUBLISHING,
    body: json(z.strictObject(TEXT).partial()),
    answers: { 200: ADVISORY },
    problems: ["NOT_FOUND", "state_conflict"],
  },
  submitAdvisory: {
    id: "submitAdvisory",
    method: "POST",
    path: "/v1/advisories/{id}/submit",
    params: ID,
    summary: "Hand a draft to the desk, or with `retract` take it back",
    tag: "publishing",
    caller: PUBLISHING,
    body: optionalJson(z.strictObject({ retract: z.boolean().optional() })),
    answers: { 200: ADVISORY },
    problems: ["NOT_FOUND", "state_conflict"],
  },
  listSubmittedAdvisories: {
    id: "listSubmittedAdvisories",
    method: "GET",
    path: "/v1/desk/advisories",
    summary: "Advisories that wait for the desk",
    tag: "desk",
    caller: DESK,
    answers: { 200: LIST },
    problems: [],
  },
  decideAdvisory: {
    id: "decideAdvisory",
    method: "POST",
    path: "/v1/desk/advisories/{id}/decision",
    params: ID,
    summary: "Confirm, reject or withdraw an advisory; a confirmed fix skips the cooldown",
    tag: "desk",
    caller: DESK,
    body: json(
      z.strictObject({
        decision: z.enum(["confirm", "reject", "withdraw"]),
        reason: REASON,
        floor: z.string().max(64).optional().describe("Below it nothing is installed any more"),
        warns: z.boolean().optional().describe("Puts what is hit on the revocation list, as a warning"),
      }),
    ),
    answers: { 200: ADVISORY },
    problems: ["NOT_FOUND", "state_conflict", "advisory_incomplete"],
  },
} as const satisfies Record<string, Operation>;

const ENVELOPE = z.object({
  payload: z.string(),
  signatures: z.array(z.object({ keyId: z.string(), sig: z.string() })),
});
const SAID = {
  code: z.enum(ENTRY_CODES),
  note: z.string().trim().max(300),
  replacement: NAME.optional(),
  advisory: z.string().regex(ADVISORY_ID).optional(),
};

/** What was taken back. */
export const REVOCATION_OPERATIONS = {
  showReleaseRevocations: {
    id: "showReleaseRevocations",
    method: "GET",
    path: "/v1/revocations",
    summary: "The signed list of what was taken back; with `since`, what became different after that epoch",
    tag: "plugins",
    caller: NONE,
    query: z.looseObject({
      since: z
        .string()
        .regex(/^[0-9]{1,15}$/)
        .optional(),
    }),
    answers: { 200: ENVELOPE },
    problems: ["revocations_unavailable"],
  },
  addRevocation: {
    id: "addRevocation",
    method: "POST",
    path: "/v1/desk/revocations",
    summary: "Warn of a release, plugin or publisher, or say more of what is blocked",
    tag: "desk",
    caller: DESK,
    body: json(
      z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("release"), name: NAME, version: z.string().max(64), ...SAID }),
        z.strictObject({ kind: z.literal("plugin"), name: NAME, ...SAID }),
        z.strictObject({ kind: z.literal("publisher"), publisher: z.string().max(64), ...SAID }),
      ]),
    ),
    answers: { 201: z.object({ epoch: z.int() }) },
    problems: ["NOT_FOUND", "revocations_unavailable"],
  },
  liftRevocation: {
    id: "liftRevocation",
    method: "POST",
    path: "/v1/desk/revocations/lift",
    summary: "Take a warning back; blocks are ended where they were made",
    tag: "desk",
    caller: DESK,
    body: json(
      z.strictObject({
        subject: z
          .string()
          .max(200)
          .regex(/^(?:release|plugin|publisher|key):./),
      }),
    ),
    answers: { 200: z.object({ epoch: z.int() }) },
    problems: ["state_conflict", "revocations_unavailable"],
  },
} as const satisfies Record<string, Operation>;
