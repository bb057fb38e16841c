import type { Hono } from "hono";
import { TERM_OPERATIONS } from "../../contract/license/term-operations.ts";
import { DECIMAL_ID } from "../../contract/operation.ts";
import { ok } from "../../domain/result.ts";
import type { NamedLicense } from "../../market/license/ask-device.ts";
import { changeLicense, type LicenseAct } from "../../market/license/change-license.ts";
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

  route(app, TERM_OPERATIONS.rotateKey, async ({ world, principal, params, body }) => {
    const rotated = await rotateKey(world, principal, params.id as string, body.overlapDays ?? OVERLAP_DAYS);
    return rotated.ok ? ok({ body: rotated.value }) : rotated;
  });
}

type ChangeOperation = Exclude<(typeof TERM_OPERATIONS)[keyof typeof TERM_OPERATIONS], { readonly id: "rotateKey" }>;

function change<O extends ChangeOperation>(
  app: Hono<ApiEnv>,
  operation: O,
  read: (body: Parameters<Handler<O>>[0]["body"]) => LicenseAct,
): void {
  route(app, operation, async ({ world, principal, params, body, request }) => {
    const named = nameLicense((params.license ?? params.id) as string);
    const answer = await changeLicense(world, principal, named, read(body));
    const changed = await meterKey({ world, principal, request }, named.licenseKey, answer);
    return changed.ok ? ok({ body: changed.value }) : changed;
  });
}

/** In an address, up to 15 digits are an id and anything else is a key. */
function nameLicense(text: string): NamedLicense {
  return DECIMAL_ID.test(text) ? { licenseId: text } : { licenseKey: text };
}
