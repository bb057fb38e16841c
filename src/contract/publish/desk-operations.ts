import * as z from "zod";
import { BLOCK_CODES } from "../../domain/release/blocks.ts";
import { CHECKS } from "../../domain/release/checks.ts";
import { DECIMAL_ID, json, type Operation, optionalJson } from "../operation.ts";

const ID = { id: DECIMAL_ID } as const;
const REASON = z.string().trim().min(3).max(2000);
const DESK = { kind: "account", scope: "desk:review" } as const;
const OWNER = { kind: "account", scope: "release:publish" } as const;
const NOTHING = optionalJson(z.strictObject({}));
const RELEASE_ID = z.object({ releaseId: z.string() });

/** What owners and the desk do about a release beyond its decision: approve, appeal, accept, run again, block, lift. */
export const DESK_OPERATIONS = {
  approveUpload: {
    id: "approveUpload",
    method: "POST",
    path: "/v1/releases/{id}/approve",
    params: ID,
    summary: "Close the gate `approval`: an owner or maintainer, with a fresh passkey proof",
    tag: "publishing",
    caller: OWNER,
    body: NOTHING,
    answers: { 200: RELEASE_ID },
    problems: ["release_not_found", "state_conflict", "proof_required"],
  },
  appealRelease: {
    id: "appealRelease",
    method: "POST",
    path: "/v1/releases/{id}/appeal",
    params: ID,
    summary: "Appeal against a rejection, once, within fourteen days; somebody else decides",
    tag: "publishing",
    caller: OWNER,
    body: json(z.strictObject({ reason: z.string().trim().min(10).max(2000) })),
    answers: { 201: z.object({ releaseId: z.string(), dueAt: z.string() }) },
    problems: ["release_not_found", "appeal_closed"],
  },
  listAppeals: {
    id: "listAppeals",
    method: "GET",
    path: "/v1/desk/appeals",
    summary: "Appeals nobody has decided, the most urgent first",
    tag: "desk",
    caller: DESK,
    answers: {
      200: z.object({
        appeals: z.array(z.object({ releaseId: z.string(), reason: z.string(), at: z.string(), dueAt: z.string() })),
      }),
    },
    problems: [],
  },
  decideAppeal: {
    id: "decideAppeal",
    method: "POST",
    path: "/v1/desk/releases/{id}/appeal",
    params: ID,
    summary: "Decide an appeal: by another operator than the one who rejected",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ outcome: z.enum(["upheld", "overturned"]), reason: REASON })),
    answers: { 200: z.object({ releaseId: z.string(), outcome: z.enum(["upheld", "overturned"]) }) },
    problems: ["release_not_found", "own_plugin", "own_decision", "appeal_closed"],
  },
  acceptCheck: {
    id: "acceptCheck",
    method: "POST",
    path: "/v1/desk/releases/{id}/acceptances",
    params: ID,
    summary: "Take what a check found as it is; a severe finding takes two people",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ check: z.enum(CHECKS), reason: REASON })),
    answers: { 200: z.object({ releaseId: z.string(), isAccepted: z.boolean() }) },
    problems: ["release_not_found", "own_plugin", "state_conflict", "check_open"],
  },
  rerunChecks: {
    id: "rerunChecks",
    method: "POST",
    path: "/v1/desk/releases/{id}/rerun",
    params: ID,
    summary: "Run every check again that did not come out clean",
    tag: "desk",
    caller: DESK,
    body: NOTHING,
    answers: { 202: RELEASE_ID },
    problems: ["release_not_found", "own_plugin", "state_conflict"],
  },
  blockRelease: {
    id: "blockRelease",
    method: "POST",
    path: "/v1/desk/releases/{id}/block",
    params: ID,
    summary: "Take a release out at once; without a second person's word within a day it is yanked instead",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ code: z.enum(BLOCK_CODES), reason: REASON })),
    answers: { 200: z.object({ releaseId: z.string(), confirmUntil: z.string() }) },
    problems: ["release_not_found", "own_plugin", "state_conflict"],
  },
  confirmBlock: {
    id: "confirmBlock",
    method: "POST",
    path: "/v1/desk/releases/{id}/block/confirm",
    params: ID,
    summary: "The second person's word about a block",
    tag: "desk",
    caller: DESK,
    body: NOTHING,
    answers: { 200: RELEASE_ID },
    problems: ["release_not_found", "own_plugin", "own_decision", "state_conflict"],
  },
  liftBlock: {
    id: "liftBlock",
    method: "POST",
    path: "/v1/desk/releases/{id}/lift",
    params: ID,
    summary: "Ask for a block to be lifted; asked by another person, it is",
    tag: "desk",
    caller: DESK,
    body: json(z.strictObject({ reason: REASON })),
    answers: { 200: z.object({ releaseId: z.string(), step: z.enum(["asked", "lifted"]) }) },
    problems: ["release_not_found", "own_plugin", "own_decision", "state_conflict"],
  },
} as const satisfies Record<string, Operation>;
