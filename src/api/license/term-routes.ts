import type { Hono } from "hono";
import { TERM_OPERATIONS } from "../../contract/license/term-operations.ts";
import { DECIMAL_ID } from "../../contract/operation.ts";
import { ok } from "../../domain/result.ts";
import type { NamedLicense } from "../../market/license/ask-device.ts";
import { changeLicense, type LicenseAct } from "../../market/license/change-license.ts";
import { defineEntitlements } from "../../market/license/entitlements.ts";
import { rotateKey } from "../../market/license/rotate-key.ts";
import type { ApiEnv } from "../context.ts";
import { type Handler, route } from "../route.ts";
import { meterKey } from "./meter-keys.ts";
import { soldTerms } from "./sold-terms.ts";

const OVERLAP_DAYS = 7;

export function registerTermRoutes(app: Hono<ApiEnv>): void {
  change(app, TERM_OPERATIONS.revokeLicense, ({ reason }) => ({ kind: "revoke", reason: reason ?? "" }));
  change(app, TERM_OPERATIONS.renewLicense, ({ days }) => ({ kind: "renew", days }));
  change(app, TERM_OPERATIONS.upgradeLicense, ({ type, days, terms }) => ({
    kind: "upgrade",
    type,
    days: days ?? null,
    sold: soldTerms(terms),
  }));
  change(app, TERM_OPERATIONS.downgradeLicense, ({ type, terms, force }) => ({
    kind: "downgrade",
    type,
    days: null,
    force: force === true,
    sold: soldTerms(terms),
  }));
  change(app, TERM_OPERATIONS.suspendLicense, ({ reason }) => ({ kind: "suspend", reason }));
  change(app, TERM_OPERATIONS.reactivateLicense, ({ extend }) => ({
    kind: "reactivate",
    extend: extend === true,
  }));
  change(app, TERM_OPERATIONS.cancelLicense, () => ({ kind: "cancel" }));
  change(app, TERM_OPERATIONS.extendTrial, ({ days }) => ({ kind: "extend_trial", days }));

  change(app, TERM_OPERATIONS.entitleLicense, ({ source, value, startsAt, endsAt }, { code }) => ({
    kind: "entitle",
    code: code as string,
    grant: { source: source ?? "addon", value: value ?? null, startsAt: seconds(startsAt), endsAt: seconds(endsAt) },
  }));
  change(app, TERM_OPERATIONS.withdrawEntitlement, (_, { code }) => ({
    kind: "entitle",
    code: code as string,
    grant: null,
  }));
  change(app, TERM_OPERATIONS.limitLicense, ({ cap }, { code }) => ({ kind: "limit", metric: code as string, cap }));

  route(app, TERM_OPERATIONS.listEntitlements, async ({ world, params }) =>
    ok({ body: { entitlements: await world.entitlements.defined(params.id as string) } }),
  );
  route(app, TERM_OPERATIONS.defineEntitlements, async ({ world, principal, params, body }) => {
    const defined = await defineEntitlements(world, principal, params.id as string, body.entitlements);
    return defined.ok ? ok({ body: { entitlements: defined.value } }) : defined;
  });

  route(app, TERM_OPERATIONS.rotateKey, async ({ world, principal, params, body }) => {
    const rotated = await rotateKey(world, principal, params.id as string, body.overlapDays ?? OVERLAP_DAYS);
    return rotated.ok ? ok({ body: rotated.value }) : rotated;
  });
}

type ChangeOperation = Exclude<
  (typeof TERM_OPERATIONS)[keyof typeof TERM_OPERATIONS],
  { readonly id: "rotateKey" | "listEntitlements" | "defineEntitlements" }
>;

function change<O extends ChangeOperation>(
  app: Hono<ApiEnv>,
  operation: O,
  read: (body: Parameters<Handler<O>>[0]["body"], params: { readonly [name: string]: string }) => LicenseAct,
): void {
  route(app, operation, async ({ world, principal, params, body, request }) => {
    const named = nameLicense((params.license ?? params.id) as string);
    const answer = await changeLicense(world, principal, named, read(body, params));
    const changed = await meterKey({ world, principal, request }, named.licenseKey, answer);
    return changed.ok ? ok({ body: changed.value }) : changed;
  });
}

/** In an address, up to 15 digits are an id and anything else is a key. */
function nameLicense(text: string): NamedLicense {
  return DECIMAL_ID.test(text) ? { licenseId: text } : { licenseKey: text };
}

function seconds(date: string | undefined): number | null {
  return date === undefined ? null : Math.floor(Date.parse(date) / 1000);
}
