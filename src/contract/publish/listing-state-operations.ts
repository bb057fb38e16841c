import * as z from "zod";
import { HOST_STATUSES } from "../../domain/release/states.ts";
import { DECIMAL_ID, MAX_JSON_BYTES, type Operation } from "../operation.ts";

const ID = { id: DECIMAL_ID } as const;
/** Owners and maintainers, instances of the publisher, and the desk. */
const KEEPER = { kind: "instance_or_account", scope: ["plugin:edit", "desk:review"] } as const;
const NOTHING = { type: "json", schema: z.strictObject({}), maxBytes: MAX_JSON_BYTES, optional: true } as const;
const SHELF = z.object({ id: z.string(), status: z.enum(["approved", "suspended"]) });

export const LISTING_STATE_OPERATIONS = {
  submitForReview: {
    id: "submitForReview",
    method: "POST",
    path: "/v1/plugins/{id}/submit-for-review",
    params: ID,
    summary: "Ask for the review of the newest release; a rejected one is looked at again",
    tag: "publishing",
    caller: KEEPER,
    body: NOTHING,
    answers: {
      200: z.object({ id: z.string(), releaseId: z.string(), version: z.string(), status: z.enum(HOST_STATUSES) }),
    },
    problems: ["NOT_FOUND", "PERMISSION_DENIED", "state_conflict"],
  },
  suspendPlugin: {
    id: "suspendPlugin",
    method: "POST",
    path: "/v1/plugins/{id}/suspend",
    params: ID,
    summary: "Take a published plugin off the shelves: no lists, no new licenses, licenses answer PLUGIN_SUSPENDED",
    tag: "publishing",
    caller: KEEPER,
    body: {
      type: "json",
      schema: z.strictObject({ reason: z.string().trim().min(10).max(500) }),
      maxBytes: MAX_JSON_BYTES,
    },
    answers: { 200: SHELF },
    problems: ["NOT_FOUND", "PERMISSION_DENIED", "state_conflict"],
  },
  resumePlugin: {
    id: "resumePlugin",
    method: "POST",
    path: "/v1/plugins/{id}/resume",
    params: ID,
    summary: "Put a suspended plugin back where it stood; what the desk suspended only the desk resumes",
    tag: "publishing",
    caller: KEEPER,
    body: NOTHING,
    answers: { 200: SHELF },
    problems: ["NOT_FOUND", "PERMISSION_DENIED", "state_conflict"],
  },
} as const satisfies Record<string, Operation>;
