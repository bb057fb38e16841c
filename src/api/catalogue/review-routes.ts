import type { Hono } from "hono";
import { REVIEW_OPERATIONS } from "../../contract/catalogue/review-operations.ts";
import { ok, refuse } from "../../domain/result.ts";
import {
  answerReview,
  decideReview,
  listReviewCases,
  reportReview,
  voteForReview,
} from "../../market/catalogue/answer-review.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { presentReview } from "./present.ts";

const OPS = REVIEW_OPERATIONS;
const QUEUE_LENGTH = 100;

/** Answers, votes, reports, and what the desk makes of them. */
export function registerReviewRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.answerReview, async ({ world, principal, params, body }) => {
    const answered = await answerReview(world, principal, refOf(params), body.text);
    return answered.ok ? ok({ body: answered.value }) : answered;
  });
  route(app, OPS.voteForReview, async ({ world, principal, params, body }) => {
    const voted = await voteForReview(world, principal, refOf(params), body.helpful);
    return voted.ok ? ok({ body: voted.value }) : voted;
  });
  route(app, OPS.reportReview, async ({ world, principal, params, body }) => {
    const { kind, text = "" } = body;
    const reported = await reportReview(world, principal, refOf(params), { kind, text });
    return reported.ok ? ok({ status: 202, body: reported.value }) : reported;
  });
  route(app, OPS.listReviewCases, async ({ world }) => {
    const cases = await listReviewCases(world, QUEUE_LENGTH);
    const reviews = cases.map(({ pluginId, pluginName, isHeld, reports, ...row }) => ({
      ...presentReview(row),
      pluginId,
      pluginName,
      isHeld,
      reports,
    }));
    return ok({ body: { reviews } });
  });
  route(app, OPS.decideReview, async ({ world, principal, params, body }) => {
    if (principal.kind !== "account") return refuse({ reason: "PERMISSION_DENIED" });
    const { decision, reason } = body;
    const decided = await decideReview(world, refOf(params), { decision, reason, accountId: principal.accountId });
    return decided.ok ? ok({ body: decided.value }) : decided;
  });
}

function refOf(params: { readonly [name: string]: string }): { pluginId: string; reviewId: string } {
  return { pluginId: params.id ?? "", reviewId: params.reviewId ?? "" };
}
