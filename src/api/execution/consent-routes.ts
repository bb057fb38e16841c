import type { Hono } from "hono";
import { CONSENT_OPERATIONS } from "../../contract/execution/consent-operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { type DiffView, giveConsent, showCapabilityDiff } from "../../market/execution/consent.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { installationOwner } from "./installation-owner.ts";

/** What versions ask for and what an admin consents to. */
export function registerConsentRoutes(app: Hono<ApiEnv>): void {
  route(app, CONSENT_OPERATIONS.getCapabilityDiff, async ({ world, principal, params, query }) => {
    const owner = installationOwner(principal);
    const found = await showCapabilityDiff(world, owner, params.installationId ?? "", query.version ?? null);
    return found.ok ? ok({ body: presentDiff(found.value) }) : found;
  });

  route(app, CONSENT_OPERATIONS.putConsent, async ({ world, principal, params, body }) => {
    const { version, ...consent } = body;
    const given = await giveConsent(world, installationOwner(principal), params.installationId ?? "", version, consent);
    return given.ok ? ok({ body: presentDiff(given.value) }) : given;
  });
}

function presentDiff({ installation, diff, consent, ...asked }: DiffView) {
  return {
    installationId: installation.installationId,
    activationId: installation.activationId,
    installedVersion: installation.installedVersion,
    runningVersion: installation.version,
    ...asked,
    changes: { ...diff.lists, dependencies: diff.dependencies },
    nowRequired: diff.nowRequired,
    isGrowth: diff.isGrowth,
    consent:
      consent === null
        ? { isGiven: false }
        : {
            isGiven: true,
            grantedPermissions: consent.permissions,
            declined: consent.declined,
            at: isoTime(consent.at),
          },
  };
}
