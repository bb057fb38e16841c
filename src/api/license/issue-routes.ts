import type { Hono } from "hono";
import { LICENSE_OPERATIONS } from "../../contract/license/operations.ts";
import { paths } from "../../contract/paths.ts";
import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { issueLicense } from "../../market/license/issue-license.ts";
import { issueOrOffer } from "../../market/sales/issue-or-offer.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { soldTerms } from "./sold-terms.ts";

export function registerIssueRoutes(app: Hono<ApiEnv>): void {
  route(app, LICENSE_OPERATIONS.issueLicense, async ({ world, principal, body }) => {
    const instanceId = instanceOf(principal, body.instanceId);
    if (!instanceId.ok) return instanceId;
    const request = {
      pluginId: body.pluginId,
      instanceId: instanceId.value,
      userId: body.userId,
      type: body.type,
      isTest: body.env === "test",
      startsAt: seconds(body.startsAt),
      expiresAt: seconds(body.expiresAt),
      hardwareId: body.hardwareId?.toLowerCase(),
      wanted: {
        maxInstalls: body.maxInstalls,
        apiCalls: body.usageLimits?.apiCalls,
        storageMb: body.usageLimits?.storage,
        users: body.usageLimits?.users,
      },
      sold: soldTerms(body.terms),
    };
    const issued = await issueOrOffer(world, principal, request, (id) => world.site.origin + paths.checkout(id));
    return issued.ok ? ok({ status: 201, body: issued.value }) : issued;
  });

  route(app, LICENSE_OPERATIONS.startTrial, async ({ world, principal, params, body }) => {
    const instanceId = instanceOf(principal, body.instanceId);
    if (!instanceId.ok) return instanceId;
    const issued = await issueLicense(world, principal, {
      pluginId: params.id as string,
      instanceId: instanceId.value,
      userId: body.userId,
      type: "trial",
      hardwareId: body.hardwareId?.toLowerCase(),
      wanted: {},
    });
    return issued.ok ? ok({ status: 201, body: issued.value }) : issued;
  });
}

/** An instance acts for itself; a person says for which one. */
function instanceOf(principal: Principal, named: string | undefined): Result<string, Problem<Reason>> {
  if (principal.kind === "instance") {
    if (named === undefined || named === principal.instanceId) return ok(principal.instanceId);
    return refuse({ reason: "NOT_FOUND", detail: "Instance not found" });
  }
  if (named !== undefined) return ok(named);
  const detail = "Name the instance the license is for.";
  return refuse({ reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/instanceId", detail }] } });
}

function seconds(date: string | undefined): number | undefined {
  return date === undefined ? undefined : Math.floor(Date.parse(date) / 1000);
}
