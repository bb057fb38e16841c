import type { Hono } from "hono";
import { PERSON_OPERATIONS } from "../../contract/account/person-operations.ts";
import type { AccountPrincipal, Principal } from "../../domain/account/principal.ts";
import { ok, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { showOrganization } from "../../market/account/manage-organization.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = PERSON_OPERATIONS;

/** What a person has: instances, organizations, browsers that are signed in. */
export function registerPersonRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.listInstances, async ({ world, principal }) => {
    const rows = await world.console.instances(callerOf(principal).accountId, unixSeconds(world.clock.now()));
    const instances = rows.map((row) => ({
      instanceId: row.id,
      name: row.name,
      url: row.url,
      appVersion: row.appVersion,
      state: row.isSuspended ? "suspended" : "active",
      mode: row.isPull ? "pull" : "push",
      hasHostKey: row.hasHostKey,
      ...(row.organization === null ? {} : { organization: row.organization }),
      ...(row.webhookPausedAt === null ? {} : { webhookPausedAt: isoTime(row.webhookPausedAt) }),
      ...(row.lastSeenAt === null ? {} : { lastSeenAt: isoTime(row.lastSeenAt) }),
      installed: row.installed,
      licenses: row.licenses,
    }));
    return ok({ body: { instances } });
  });

  route(app, OPS.listOrganizations, async ({ world, principal }) => {
    const organizations = await world.accounts.memberships(callerOf(principal).accountId);
    return ok({ body: { organizations } });
  });

  route(app, OPS.showOrganization, async ({ world, principal, params }) => {
    const shown = await showOrganization(world, callerOf(principal).accountId, params.handle as string);
    if (!shown.ok) return shown;
    const { membership, members, invitations, hasKey } = shown.value;
    const isOwner = membership.role === "owner";
    return ok({
      body: {
        ...membership,
        hasKey,
        members: members.map(({ accountId, name, email, role, since }) => ({
          accountId,
          name,
          ...(isOwner && email !== null ? { email } : {}),
          role,
          since: isoTime(since),
        })),
        invitations: invitations.map(({ email, role, expiresAt }) => ({ email, role, expiresAt: isoTime(expiresAt) })),
      },
    });
  });

  route(app, OPS.listSessions, async ({ world, principal }) => {
    const { accountId, session } = callerOf(principal);
    const rows = await world.sessions.list(accountId, unixSeconds(world.clock.now()));
    const sessions = rows.map((row) => ({
      id: row.idHash,
      method: row.method,
      ...(row.address === null ? {} : { address: row.address }),
      ...(row.userAgent === null ? {} : { userAgent: row.userAgent }),
      isCurrent: row.idHash === session?.idHash,
      createdAt: isoTime(row.createdAt),
      seenAt: isoTime(row.seenAt),
      expiresAt: isoTime(row.expiresAt),
    }));
    return ok({ body: { sessions } });
  });

  route(app, OPS.endSession, async ({ world, principal, params }) => {
    const id = params.id as string;
    const isEnded = await world.sessions.end(callerOf(principal).accountId, id);
    return isEnded ? ok({ body: { id, ended: true } }) : refuse({ reason: "NOT_FOUND" });
  });
}

/** Operations of `caller.kind: "account"` are only reached by one. */
function callerOf(principal: Principal): AccountPrincipal {
  if (principal.kind !== "account") throw new Error("an account operation was called without an account");
  return principal;
}
