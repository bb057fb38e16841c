import type { Hono } from "hono";
import { SUSPENSION_OPERATIONS } from "../../contract/license/suspension-operations.ts";
import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import { ok } from "../../domain/result.ts";
import { setStanding } from "../../market/license/suspend-subject.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

/** The desk stops instances and accounts, and lets them go on. */
export function registerSuspensionRoutes(app: Hono<ApiEnv>): void {
  route(app, SUSPENSION_OPERATIONS.suspendInstance, async ({ world, principal, params, body }) => {
    const subject = { kind: "instance", id: params.id as string } as const;
    const set = await setStanding(world, operatorOf(principal), subject, "suspended", body.reason);
    return set.ok ? ok({ body: set.value }) : set;
  });
  route(app, SUSPENSION_OPERATIONS.resumeInstance, async ({ world, principal, params }) => {
    const subject = { kind: "instance", id: params.id as string } as const;
    const set = await setStanding(world, operatorOf(principal), subject, "active", "");
    return set.ok ? ok({ body: set.value }) : set;
  });
  route(app, SUSPENSION_OPERATIONS.suspendAccount, async ({ world, principal, params, body }) => {
    const subject = { kind: "account", id: params.id as string } as const;
    const set = await setStanding(world, operatorOf(principal), subject, "suspended", body.reason);
    return set.ok ? ok({ body: set.value }) : set;
  });
  route(app, SUSPENSION_OPERATIONS.resumeAccount, async ({ world, principal, params }) => {
    const subject = { kind: "account", id: params.id as string } as const;
    const set = await setStanding(world, operatorOf(principal), subject, "active", "");
    return set.ok ? ok({ body: set.value }) : set;
  });
}

function operatorOf(principal: Principal): AccountPrincipal {
  if (principal.kind !== "account") throw new Error("the desk was reached without an account");
  return principal;
}
