import type { Principal } from "../../domain/account/principal.ts";
import type { Json } from "../../domain/json/json.ts";
import type { License } from "../../domain/license/license.ts";
import type { MarketplaceLicense } from "../../domain/license/projection.ts";
import type { SoldTerms } from "../../domain/license/terms.ts";
import { termsOf } from "../../domain/license/tiers.ts";
import * as transitions from "../../domain/license/transitions.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { actorOf, type Role, roleOf } from "./access.ts";
import { applyChange, type ChangeWorld } from "./apply-change.ts";
import { type NamedLicense, referLicense } from "./ask-device.ts";
import type { LicenseFacts } from "./ports.ts";
import { presentToInstance, presentWithoutKey } from "./present-license.ts";

/** What is asked of a license. */
export type LicenseAct =
  | { readonly kind: "revoke"; readonly reason: string }
  | { readonly kind: "suspend"; readonly reason: string }
  | { readonly kind: "reactivate"; readonly extend: boolean }
  | { readonly kind: "renew"; readonly days: number }
  | { readonly kind: "cancel" }
  | { readonly kind: "extend_trial"; readonly days: number }
  | { readonly kind: "entitle"; readonly code: string; readonly grant: transitions.EntitlementGrant | null }
  | { readonly kind: "limit"; readonly metric: string; readonly cap: number }
  | PlanAct;

interface PlanAct {
  readonly kind: "upgrade" | "downgrade";
  readonly type: Tier;
  readonly days: number | null;
  /** A downgrade at once; operators only. */
  readonly force?: boolean;
  readonly sold?: Partial<SoldTerms> | undefined;
}

const BILLING: readonly Role[] = ["publisher", "operator"];
const OWN: readonly Role[] = ["instance", "owner"];
const MAY: Readonly<Record<LicenseAct["kind"], readonly Role[]>> = {
  revoke: [...OWN, ...BILLING],
  suspend: BILLING,
  reactivate: BILLING,
  renew: BILLING,
  upgrade: BILLING,
  downgrade: BILLING,
  cancel: [...OWN, ...BILLING],
  extend_trial: ["publisher"],
  entitle: BILLING,
  limit: BILLING,
};
/** Kinds of their own; what has none is `license.updated`. */
const EVENTS: Readonly<Partial<Record<LicenseAct["kind"], string>>> = {
  revoke: "license.revoked",
  suspend: "license.suspended",
  reactivate: "license.reactivated",
  renew: "license.renewed",
  upgrade: "license.upgraded",
};

/**
 * Any change of state, term, plan or owner (README, States). The answer shows the key to the license's own instance alone.
 */
export async function changeLicense(
  world: ChangeWorld & Pick<World, "keyHasher" | "vault">,
  principal: Principal,
  named: NamedLicense,
  act: LicenseAct,
): Promise<Result<MarketplaceLicense, Problem<Reason>>> {
  const ref = await referLicense(world, named);
  if (!ref.ok) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  let role: Role | null = null;
  const changed = await applyChange(world, ref.value, async (facts, now) => {
    role = await roleOf(world, principal, facts);
    if (role === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
    if (!MAY[act.kind].includes(role) || ("force" in act && act.force === true && role !== "operator"))
      return refuse({ reason: "PERMISSION_DENIED" });
    const transition = await decide(world, facts.license, act, role, now);
    const change = {
      kind: eventOf(facts.license, act, transition),
      data: factsOf(act),
      actor: actorOf(role, principal),
    };
    return ok({ transition, change });
  });
  if (!changed.ok) return changed;
  return ok(await present(world, changed.value.facts, role, unixSeconds(world.clock.now())));
}

async function decide(
  world: Pick<World, "licenses">,
  license: License,
  act: LicenseAct,
  role: Role,
  now: number,
): Promise<transitions.Transition> {
  switch (act.kind) {
    case "revoke":
      return transitions.revoke(license, act.reason === "" && role !== "publisher" ? "owner" : act.reason);
    case "suspend":
      return transitions.suspend(license, act.reason, now);
    case "reactivate":
      return transitions.reactivate(license, act.extend, now);
    case "renew":
      return transitions.renew(license, act.days, now);
    case "cancel":
      return transitions.cancel(license, now);
    case "entitle":
      return transitions.adjust(license, { entitlement: { code: act.code, grant: act.grant } }, now);
    case "limit":
      return transitions.adjust(license, { limit: { metric: act.metric, cap: act.cap } }, now);
    case "extend_trial":
      return transitions.extendTrial(license, act.days, now);
    case "upgrade":
      return transitions.upgrade(license, await planOf(world, license, act), now);
    case "downgrade":
      return transitions.downgrade(license, await planOf(world, license, act), act.force === true, now);
  }
}

/** The tier's limits as the plugin sells it today. */
export async function planOf(
  world: Pick<World, "licenses">,
  license: Pick<License, "pluginId" | "instanceId">,
  to: Pick<PlanAct, "type" | "days" | "sold">,
): Promise<transitions.PlanChange> {
  const offer = await world.licenses.findOffer(license.pluginId, license.instanceId);
  const terms = termsOf(to.type, offer?.plugin.plans[to.type], offer?.plugin.trialDays ?? 0);
  return { tier: to.type, terms, days: to.days, ...(to.sold === undefined ? {} : { sold: to.sold }) };
}

/** A trial that is upgraded was converted; a downgrade that waits for its day has not happened yet. */
function eventOf(license: License, act: LicenseAct, transition: transitions.Transition): string {
  if (act.kind === "upgrade" && license.type === "trial") return "trial.converted";
  const isNow = transition.ok && transition.value !== "unchanged" && transition.value.terms !== undefined;
  if (act.kind === "downgrade" && isNow) return "license.downgraded";
  return EVENTS[act.kind] ?? "license.updated";
}

function factsOf(act: LicenseAct): { readonly [member: string]: Json } {
  const { kind, ...rest } = act;
  const data = JSON.parse(JSON.stringify(rest)) as { readonly [member: string]: Json };
  return EVENTS[kind] === undefined ? { change: kind, ...data } : data;
}

async function present(
  world: Pick<World, "vault">,
  facts: LicenseFacts,
  role: Role | null,
  now: number,
): Promise<MarketplaceLicense> {
  return role === "instance" ? presentToInstance(world, facts, now) : presentWithoutKey(facts, now);
}
