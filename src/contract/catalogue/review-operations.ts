import * as z from "zod";
import { REVIEW_REPORT_KINDS } from "../../domain/catalogue/review-reports.ts";
import { DECIMAL_ID, json, type Operation } from "../operation.ts";
import { visibleText } from "../visible-text.ts";
import { REVIEW } from "./review.ts";

const PARAMS = { id: DECIMAL_ID, reviewId: DECIMAL_ID } as const;
const DONE = { 200: z.object({ id: z.string() }) } as const;
const OPERATOR = { kind: "account", scope: "desk:review" } as const;
const MEMBERS = { kind: "instance_or_account", scope: ["plugin:edit", "instance:manage"] } as const;

/** What happens to a review after it was written. Writing and listing are the host's (`operations.ts`). */
export const REVIEW_OPERATIONS = {
  answerReview: {
    id: "answerReview",
    method: "PUT",
    path: "/v1/plugins/{id}/reviews/{reviewId}/reply",
    params: PARAMS,
    summary: "The publisher's one answer to a review",
    tag: "plugins",
    caller: { kind: "instance_or_account", scope: "plugin:edit" },
    body: json(z.looseObject({ text: visibleText().min(1).max(2000) })),
    answers: DONE,
    problems: ["NOT_FOUND", "PERMISSION_DENIED", "state_conflict"],
  },
  voteForReview: {
    id: "voteForReview",
    method: "PUT",
    path: "/v1/plugins/{id}/reviews/{reviewId}/vote",
    params: PARAMS,
    summary: "Whether a review helped; one vote per instance, the last one counts",
    tag: "plugins",
    caller: { kind: "instance" },
    body: json(z.looseObject({ helpful: z.boolean() })),
    answers: DONE,
    problems: ["NOT_FOUND", "review_not_allowed"],
  },
  reportReview: {
    id: "reportReview",
    method: "POST",
    path: "/v1/plugins/{id}/reviews/{reviewId}/reports",
    params: PARAMS,
    summary: "Tell the desk about a review",
    tag: "plugins",
    caller: MEMBERS,
    body: json(z.looseObject({ kind: z.enum(REVIEW_REPORT_KINDS), text: visibleText().max(1000).optional() })),
    answers: { 202: z.object({ id: z.string() }) },
    problems: ["NOT_FOUND"],
  },
  listReviewCases: {
    id: "listReviewCases",
    method: "GET",
    path: "/v1/desk/reviews",
    summary: "Reviews held out of the mean, and reported ones, oldest first",
    tag: "desk",
    caller: OPERATOR,
    answers: {
      200: z.object({
        reviews: z.array(
          REVIEW.extend({
            pluginId: z.string(),
            pluginName: z.string(),
            isHeld: z.boolean(),
            reports: z.array(z.object({ kind: z.enum(REVIEW_REPORT_KINDS), text: z.string() })),
          }),
        ),
      }),
    },
    problems: [],
  },
  decideReview: {
    id: "decideReview",
    method: "POST",
    path: "/v1/desk/plugins/{id}/reviews/{reviewId}/decision",
    params: PARAMS,
    summary: "Keep a review, so that it counts again, or remove it",
    tag: "desk",
    caller: OPERATOR,
    body: json(z.looseObject({ decision: z.enum(["keep", "remove"]), reason: visibleText().min(3).max(500) })),
    answers: DONE,
    problems: ["NOT_FOUND", "own_plugin", "state_conflict"],
  },
} as const satisfies Record<string, Operation>;
