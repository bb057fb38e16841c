import type { Hono } from "hono";
import { LISTING_STATE_OPERATIONS } from "../../contract/publish/listing-state-operations.ts";
import { ok } from "../../domain/result.ts";
import { submitForReview } from "../../market/publish/submit-for-review.ts";
import { resumePlugin, suspendPlugin } from "../../market/publish/suspend-plugin.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = LISTING_STATE_OPERATIONS;

/** Plugins off and on the shelves, and releases that ask for a review. */
export function registerListingStateRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.submitForReview, async ({ world, principal, params }) => {
    const submitted = await submitForReview(world, principal, params.id ?? "");
    return submitted.ok ? ok({ body: submitted.value }) : submitted;
  });
  route(app, OPS.suspendPlugin, async ({ world, principal, params, body }) => {
    const suspended = await suspendPlugin(world, principal, params.id ?? "", body.reason);
    return suspended.ok ? ok({ body: suspended.value }) : suspended;
  });
  route(app, OPS.resumePlugin, async ({ world, principal, params }) => {
    const resumed = await resumePlugin(world, principal, params.id ?? "");
    return resumed.ok ? ok({ body: resumed.value }) : resumed;
  });
}
