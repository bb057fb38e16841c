import type { Principal } from "../../domain/account/principal.ts";
import type { Json } from "../../domain/json/json.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import type { License } from "../../domain/license/license.ts";
import type { MarketplaceLicense } from "../../domain/license/projection.ts";
import { termsOf } from "../../domain/license/tiers.ts";
import * as transitions from "../../domain/license/transitions.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { actorOf, type Role, roleOf } from "./access.ts";
import { type NamedLicense, NO_DEVICE, referLicense } from "./ask-device.ts";
import { makeOp } from "./make-ids.ts";
import type { LicenseFacts } from "./ports.ts";
import { presentToInstance, presentWithoutKey } from "./present-license.ts";

/** What is asked of a license. */
export type LicenseAct =
  | { readonly kind: "revoke"; readonly reason: string }
  | { readonly kind: "transfer"; readonly newUserId: string }
  | { readonly kind: "bind"; readonly hardwareId: string }
  | { readonly kind: "suspend"; readonly reason: string }
  | { readonly kind: "reactivate" }
  | { readonly kind: "renew"; readonly days: number }
  | { readonly kind: "upgrade"; readonly type: Tier; readonly days: number | null };

const BILLING: readonly Role[] = ["publisher", "operator"];
const OWN: readonly Role[] = ["instance", "owner"];
const MAY: Readonly<Record<LicenseAct["kind"], readonly Role[]>> = {
  revoke: [...OWN, ...BILLING],
  transfer: OWN,
  bind: OWN,
  suspend: BILLING,
  reactivate: BILLING,
  renew: BILLING,
  upgrade: BILLING,
};
const EVENTS: Readonly<Record<LicenseAct["kind"], string>> = {
  revoke: "license.revoked",
  transfer: "license.transferred",
  bind: "license.bound",
  suspend: "license.suspended",
  reactivate: "license.reactivated",
  renew: "license.renewed",
  upgrade: "license.upgraded",
};
const ATTEMPTS = 3;

/**
 * Any change of state, term, plan or owner (README, States): read, decide, write only if nobody wrote in between. The
 * answer shows the key to the license's own instance alone.
 */
export async function changeLicense(
  world: Pick<
    World,
    "licenses" | "keyHasher" | "vault" | "chance" | "clock" | "webhooks" | "webhookBell" | "background"
  >,
  principal: Principal,
  named: NamedLicense,
  act: LicenseAct,
): Promise<Result<MarketplaceLicense, Problem<Reason>>> {
  const ref = await referLicense(world, named);
  if (!ref.ok) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = unixSeconds(world.clock.now());
    const facts = await world.licenses.find(ref.value, NO_DEVICE, now);
    const role = facts === null ? null : await roleOf(world, principal, facts);
    if (facts === null || role === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
    if (!MAY[act.kind].includes(role)) return refuse({ reason: "PERMISSION_DENIED" });
    const decided = await decide(world, facts.license, act, role, now);
    if (!decided.ok) return decided;
    if (decided.value === "unchanged") return ok(await present(world, facts, role, now));
    const isWritten = await world.licenses.change({
      license: facts.license,
      patch: decided.value,
      kind: EVENTS[act.kind],
      data: factsOf(act),
      actor: actorOf(role, principal),
      op: makeOp(world),
      now,
    });
    if (!isWritten) continue;
    const after = await world.licenses.find({ licenseId: facts.license.id }, NO_DEVICE, now);
    if (after === null) throw new Error("a changed license cannot be found");
    ringWebhooks(world, "license", after.license.id);
    return ok(await present(world, after, role, now));
  }
  return refuse({ reason: "STATE_CHANGED" });
}

async function decide(
  world: Pick<World, "licenses">,
  license: License,
  act: LicenseAct,
  role: Role,
  now: number,
): Promise<Result<transitions.LicensePatch | "unchanged", Problem<Reason>>> {
  switch (act.kind) {
    case "revoke":
      return transitions.revoke(license, act.reason === "" && role !== "publisher" ? "owner" : act.reason);
    case "transfer":
      return transitions.transfer(license, act.newUserId);
    case "bind": {
      const hardwareId = parseHardwareId(act.hardwareId);
      if (hardwareId === null)
        return refuse({
          reason: "DEVICE_ID_INVALID",
          facts: { errors: [{ pointer: "/hardwareId", detail: "64 hexadecimal characters" }] },
        });
      return transitions.bind(license, hardwareId);
    }
    case "suspend":
      return transitions.suspend(license, act.reason);
    case "reactivate":
      return transitions.reactivate(license);
    case "renew":
      return transitions.renew(license, act.days, now);
    case "upgrade": {
      const offer = await world.licenses.findOffer(license.pluginId, license.instanceId);
      const terms = termsOf(act.type, offer?.plugin.plans[act.type], offer?.plugin.trialDays ?? 0);
      return transitions.upgrade(license, { tier: act.type, terms, days: act.days }, now);
    }
  }
}

function factsOf(act: LicenseAct): { readonly [member: string]: Json } {
  const { kind: _, ...rest } = act;
  return rest;
}

async function present(
  world: Pick<World, "vault">,
  facts: LicenseFacts,
  role: Role,
  now: number,
): Promise<MarketplaceLicense> {
  return role === "instance" ? presentToInstance(world, facts, now) : presentWithoutKey(facts, now);
}
