import type { Hono } from "hono";
import { OFFLINE_OPERATIONS } from "../../contract/license/offline-operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { answerOffline } from "../../market/license/offline-answer.ts";
import { makeCode, type OfflineCaller } from "../../market/license/offline-codes.ts";
import { releaseOffline } from "../../market/license/offline-release.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

export function registerOfflineRoutes(app: Hono<ApiEnv>): void {
  route(app, OFFLINE_OPERATIONS.answerOffline, async ({ world, principal, params, body, request }) => {
    const caller = callerOf(principal, params.id as string, body.code, request);
    if (!caller.ok) return caller;
    const answered = await answerOffline(world, caller.value, body.request);
    return answered.ok ? ok({ body: answered.value }) : answered;
  });

  route(app, OFFLINE_OPERATIONS.makeOfflineCode, async ({ world, principal, params }) => {
    const made = await makeCode(world, principal, params.id as string);
    return made.ok ? ok({ status: 201, body: made.value }) : made;
  });

  route(app, OFFLINE_OPERATIONS.releaseOffline, async ({ world, principal, params, body, request }) => {
    const caller = callerOf(principal, params.id as string, body.code, request);
    if (!caller.ok) return caller;
    const released = await releaseOffline(world, caller.value, body.release);
    return released.ok ? ok({ body: released.value }) : released;
  });
}

/** A code counts for whoever holds it; without one the caller must be signed in. */
function callerOf(
  principal: Principal,
  licenseId: string,
  code: string | undefined,
  request: Request,
): Result<OfflineCaller, Problem<Reason>> {
  if (code !== undefined) return ok({ code, address: request.headers.get("cf-connecting-ip"), licenseId });
  if (principal.kind === "anonymous") return refuse({ reason: "AUTHENTICATION_REQUIRED" });
  return ok({ principal, licenseId });
}
