import * as z from "zod";
import { DECIMAL_ID, json, type Operation, optionalJson } from "../operation.ts";

const ID = { id: DECIMAL_ID } as const;
const HANDLE = { handle: /^[a-z0-9-]{1,60}$/ } as const;
const OWNER = { kind: "account", scope: "release:publish" } as const;
const EDITOR = { kind: "account", scope: "plugin:edit" } as const;
const NOTHING = optionalJson(z.strictObject({}));
const NAME = z.string().regex(/^[a-z0-9-]{1,60}$/);

const TRANSFER = z
  .object({
    id: z.string(),
    pluginId: z.string(),
    plugin: z.string(),
    from: z.string(),
    to: z.string(),
    state: z.enum(["offered", "held", "completed", "canceled"]),
    offeredAt: z.string(),
    holdUntil: z.string().optional(),
    endedAt: z.string().optional(),
  })
  .meta({ id: "Transfer" });
const PROOF = z.object({
  domain: z.string(),
  record: z.string().describe("A TXT record of the domain"),
  file: z.string().describe("Or the text of https://<domain>/.well-known/rbsm.json"),
  verifiedAt: z.string().optional(),
  nextCheckAt: z.string().optional(),
  failingSince: z.string().optional(),
});
const STATE = z.object({ id: z.string(), state: z.enum(["active", "deprecated", "archived", "removed"]) });

/** Whose a plugin is, what becomes of it as a whole, and the domain that stands for its publisher. */
export const OWNERSHIP_OPERATIONS = {
  offerPluginTransfer: {
    id: "offerPluginTransfer",
    method: "POST",
    path: "/v1/plugins/{id}/transfer",
    params: ID,
    summary: "Offer a plugin to another publisher: an owner, with a passkey",
    tag: "publishing",
    caller: OWNER,
    body: json(z.strictObject({ to: NAME })),
    answers: { 201: TRANSFER },
    problems: ["plugin_not_found", "proof_required", "state_conflict"],
  },
  listPluginTransfers: {
    id: "listPluginTransfers",
    method: "GET",
    path: "/v1/transfers",
    summary: "Transfers the caller's publishers give or receive, newest first",
    tag: "publishing",
    caller: OWNER,
    answers: { 200: z.object({ transfers: z.array(TRANSFER) }) },
    problems: [],
  },
  acceptPluginTransfer: {
    id: "acceptPluginTransfer",
    method: "POST",
    path: "/v1/transfers/{id}/accept",
    params: ID,
    summary: "Accept a plugin: an owner of the other side, with a passkey; fourteen days later it is theirs",
    tag: "publishing",
    caller: OWNER,
    body: NOTHING,
    answers: { 200: TRANSFER },
    problems: ["proof_required", "state_conflict"],
  },
  cancelPluginTransfer: {
    id: "cancelPluginTransfer",
    method: "POST",
    path: "/v1/transfers/{id}/cancel",
    params: ID,
    summary: "Call a transfer off, by either side, until it is complete",
    tag: "publishing",
    caller: OWNER,
    body: NOTHING,
    answers: { 200: TRANSFER },
    problems: ["state_conflict"],
  },
  askForDomain: {
    id: "askForDomain",
    method: "POST",
    path: "/v1/publishers/{handle}/domain",
    params: HANDLE,
    summary: "What to put where, so that the publisher is shown as the name of a domain",
    tag: "publishing",
    caller: EDITOR,
    body: json(z.strictObject({ domain: z.string().max(253) })),
    answers: { 201: PROOF },
    problems: ["state_conflict"],
  },
  proveDomain: {
    id: "proveDomain",
    method: "POST",
    path: "/v1/publishers/{handle}/domain/check",
    params: HANDLE,
    summary: "Look for the proof now; later it is looked at every month",
    tag: "publishing",
    caller: EDITOR,
    body: NOTHING,
    answers: { 200: PROOF },
    problems: ["state_conflict", "domain_unproven"],
  },
  deprecatePlugin: {
    id: "deprecatePlugin",
    method: "POST",
    path: "/v1/plugins/{id}/deprecate",
    params: ID,
    summary: "Mark a whole plugin with a notice, and perhaps another one to use instead",
    tag: "publishing",
    caller: EDITOR,
    body: json(z.strictObject({ message: z.string().trim().min(3).max(500), replacement: NAME.optional() })),
    answers: { 200: STATE },
    problems: ["plugin_not_found", "state_conflict"],
  },
  archivePlugin: {
    id: "archivePlugin",
    method: "POST",
    path: "/v1/plugins/{id}/archive",
    params: ID,
    summary: "No further releases; it stays installable",
    tag: "publishing",
    caller: EDITOR,
    body: NOTHING,
    answers: { 200: STATE },
    problems: ["plugin_not_found", "state_conflict"],
  },
  activatePlugin: {
    id: "activatePlugin",
    method: "POST",
    path: "/v1/plugins/{id}/activate",
    params: ID,
    summary: "Take a plugin's deprecation or archiving back",
    tag: "publishing",
    caller: EDITOR,
    body: NOTHING,
    answers: { 200: STATE },
    problems: ["plugin_not_found", "state_conflict"],
  },
  removePlugin: {
    id: "removePlugin",
    method: "POST",
    path: "/v1/desk/plugins/{id}/remove",
    params: ID,
    summary: "Remove a plugin of which no release is public any more; its name is never given away again",
    tag: "desk",
    caller: { kind: "account", scope: "desk:review" },
    body: json(z.strictObject({ reason: z.string().trim().min(3).max(2000) })),
    answers: { 200: STATE },
    problems: ["plugin_not_found", "own_plugin", "state_conflict"],
  },
} as const satisfies Record<string, Operation>;
