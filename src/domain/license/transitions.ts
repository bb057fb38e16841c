import type { Tier } from "../manifest/permissions.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { DAY } from "../time.ts";
import type { License } from "./license.ts";
import type { LicenseReason } from "./reasons.ts";
import { type DerivedState, deriveState } from "./states.ts";
import type { PendingChange, SoldTerms } from "./terms.ts";
import { isHigherTier, type TierTerms } from "./tiers.ts";

/** Columns a transition changes; null in `expiresAt` is open-ended. */
export interface LicensePatch {
  readonly state?: License["state"];
  readonly stateReason?: string | null;
  readonly userId?: string;
  readonly type?: Tier;
  readonly startsAt?: number;
  readonly expiresAt?: number | null;
  readonly graceUntil?: number | null;
  readonly fallbackUntil?: number | null;
  readonly hardwareId?: string | null;
  readonly orderId?: string | null;
  readonly autoRenew?: boolean;
  readonly cancelAt?: number | null;
  readonly suspendedAt?: number | null;
  readonly isTrialExtended?: boolean;
  readonly shrinkAt?: number | null;
  readonly pendingChange?: PendingChange | null;
  /** Replaces limits, entitlements and seats. */
  readonly terms?: TierTerms;
  /** With `terms`: limits and seats that stand higher survive. */
  readonly isRaise?: boolean;
  /** What was sold anew beside the limits. */
  readonly sold?: Partial<SoldTerms>;
  readonly releaseSeats?: "transferred";
  /** Rights on top of the tier; null takes one away. */
  readonly entitlement?: { readonly code: string; readonly grant: EntitlementGrant | null };
  /** −1 = unlimited. */
  readonly limit?: { readonly metric: string; readonly cap: number };
  /** Leases must carry it. */
  readonly isLeaseVisible: boolean;
}

export interface EntitlementGrant {
  readonly source: "addon" | "override";
  readonly value: string | null;
  /** Unix seconds; null = from always, without end. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
}

/** `unchanged`: asked again for what already is; answered with success. */
export type Transition = Result<LicensePatch | "unchanged", Problem<LicenseReason>>;

/** What may happen to a license in each derived state: `allowed[]` of TRANSITION_INVALID (README, States). */
const ALLOWED: Readonly<Record<DerivedState, readonly string[]>> = {
  pending: ["settle", "revoke"],
  scheduled: ["suspend", "revoke"],
  active: ["renew", "upgrade", "downgrade", "cancel", "suspend", "revoke"],
  past_due: ["renew", "upgrade", "downgrade", "cancel", "suspend", "revoke"],
  trialing: ["convert", "upgrade", "extend", "suspend", "revoke"],
  expired: ["renew", "suspend", "revoke"],
  suspended: ["reactivate", "revoke"],
  revoked: [],
};
const MAX_EXTENSION_DAYS = 30;

/** The order behind a pending license was paid: its term begins, whole. */
export function settle(license: License, now: number): Transition {
  if (license.state === "active") return ok("unchanged");
  if (license.state !== "pending") return invalid(license, now);
  const expiresAt = license.expiresAt === null ? null : now + (license.expiresAt - license.startsAt);
  return ok({ state: "active", stateReason: null, startsAt: now, expiresAt, isLeaseVisible: true });
}

export function revoke(license: License, reason: string): Transition {
  if (license.state === "revoked") return ok("unchanged");
  return ok({ state: "revoked", stateReason: reason, isLeaseVisible: true });
}

export function suspend(license: License, reason: string, now: number): Transition {
  if (license.state === "suspended") return ok("unchanged");
  if (license.state !== "active") return invalid(license, now);
  return ok({ state: "suspended", stateReason: reason, suspendedAt: now, isLeaseVisible: true });
}

/** The term ran on meanwhile, unless `extend` gives the suspended time back. */
export function reactivate(license: License, extend: boolean, now: number): Transition {
  if (license.state !== "suspended") return invalid(license, now);
  const { suspendedAt } = license.life;
  const lost = extend && suspendedAt !== null ? Math.max(0, now - suspendedAt) : 0;
  const back = (end: number | null) => (end === null ? null : end + lost);
  return ok({
    state: "active",
    stateReason: null,
    suspendedAt: null,
    ...(lost === 0 ? {} : { expiresAt: back(license.expiresAt), graceUntil: back(license.graceUntil) }),
    ...(lost === 0 || license.fallbackUntil === null ? {} : { fallbackUntil: back(license.fallbackUntil) }),
    isLeaseVisible: true,
  });
}

/** Adds days from where the license's renewal basis says; never from suspended, revoked, trial or open-ended. */
export function renew(license: License, days: number, now: number): Transition {
  const state = deriveState(license, now);
  if (!["active", "past_due", "expired"].includes(state) || license.type === "trial") return invalid(license, now);
  if (license.expiresAt === null) return invalid(license, now, "open_ended");
  const later = Math.max(license.expiresAt, now);
  const from = { later, expiry: license.expiresAt, now }[license.renewalBasis];
  const expiresAt = from + days * DAY;
  return ok({
    expiresAt,
    graceUntil: null,
    cancelAt: null,
    ...(license.fallback ? { fallbackUntil: expiresAt } : {}),
    isLeaseVisible: true,
  });
}

/** The collection of a renewal failed: the license goes on for its tier's grace, counted from the end of the paid term. */
export function failPayment(license: License, now: number): Transition {
  const state = deriveState(license, now);
  // A failure that was answered by a grace never opens another one, not even after that has passed.
  if (license.graceUntil !== null) return ok("unchanged");
  const isWaitedFor = license.state === "active" && state !== "scheduled" && license.life.autoRenew;
  if (!isWaitedFor || license.expiresAt === null || license.type === "trial") return invalid(license, now);
  const graceUntil = Math.max(license.expiresAt, now) + license.life.billingGraceSeconds;
  return ok({ graceUntil, isLeaseVisible: true });
}

export interface PlanChange {
  readonly tier: Tier;
  readonly terms: TierTerms;
  /** The sold term of a converted trial; null = open-ended. */
  readonly days: number | null;
  readonly sold?: Partial<SoldTerms>;
}

/** A trial becomes what was sold, with its id, key and seats; also after it ran out. */
export function convert(license: License, to: PlanChange, now: number): Transition {
  const state = deriveState(license, now);
  if (license.type !== "trial" || (state !== "trialing" && state !== "expired")) return invalid(license, now);
  if (to.tier === "free" || to.tier === "trial") return refusePlan(license, to.tier, "a paid tier");
  const expiresAt = to.days === null ? null : now + to.days * DAY;
  return ok({
    type: to.tier,
    terms: to.terms,
    isRaise: true,
    expiresAt,
    graceUntil: null,
    cancelAt: null,
    ...(to.sold?.fallback === true ? { fallbackUntil: expiresAt } : {}),
    ...(to.sold === undefined ? {} : { sold: to.sold }),
    isLeaseVisible: true,
  });
}

/** Up the ladder at once. A trial or free plan takes the sold term (`days`, none = open-ended); a paid license keeps its end. */
export function upgrade(license: License, to: PlanChange, now: number): Transition {
  const state = deriveState(license, now);
  const isTrial = license.type === "trial";
  if (!["active", "past_due", "trialing"].includes(state) && !(isTrial && state === "expired"))
    return invalid(license, now);
  if (!isHigherTier(to.tier, license.type) || to.tier === "trial") return refusePlan(license, to.tier, "only upward");
  if (isTrial) return convert(license, to, now);
  return ok({
    type: to.tier,
    terms: to.terms,
    isRaise: true,
    pendingChange: null,
    shrinkAt: null,
    ...(license.type === "free" && to.days !== null ? { expiresAt: now + to.days * DAY } : {}),
    ...(to.sold === undefined ? {} : { sold: to.sold }),
    isLeaseVisible: true,
  });
}

/** Down the ladder: at the end of the term that was paid for, or at once where an operator forces it. */
export function downgrade(license: License, to: PlanChange, isForced: boolean, now: number): Transition {
  const state = deriveState(license, now);
  if (state !== "active" && state !== "past_due") return invalid(license, now);
  if (!isHigherTier(license.type, to.tier) || to.tier === "trial") return refusePlan(license, to.tier, "only downward");
  if (isForced || license.expiresAt === null || license.expiresAt <= now)
    return ok({ ...lowered({ type: to.tier, terms: to.terms }, now), ...soldWith(to) });
  return ok({ pendingChange: { type: to.tier, terms: to.terms, at: license.expiresAt }, isLeaseVisible: false });
}

/** A downgrade whose day has come; null: none has. */
export function dueChange(license: License, now: number): LicensePatch | null {
  const { pendingChange } = license.life;
  if (pendingChange === null || pendingChange.at > now || license.state === "revoked") return null;
  return lowered(pendingChange, now);
}

/** No running lease is cut: renewals beyond the new cap are refused from `shrinkAt` on. */
function lowered({ type, terms }: Pick<PendingChange, "type" | "terms">, now: number): LicensePatch {
  return { type, terms, shrinkAt: now, pendingChange: null, isLeaseVisible: true };
}

/** Stays as it is until the term ends, and is not collected again. */
export function cancel(license: License, now: number): Transition {
  const state = deriveState(license, now);
  if (state !== "active" && state !== "past_due") return invalid(license, now);
  if (license.expiresAt === null) return invalid(license, now, "open_ended");
  if (license.life.cancelAt === license.expiresAt && !license.life.autoRenew) return ok("unchanged");
  return ok({ cancelAt: license.expiresAt, autoRenew: false, isLeaseVisible: false });
}

/** Once, by 30 days at most. */
export function extendTrial(license: License, days: number, now: number): Transition {
  const state = deriveState(license, now);
  if (license.type !== "trial" || license.expiresAt === null || (state !== "trialing" && state !== "expired"))
    return invalid(license, now);
  if (license.life.isTrialExtended || days > MAX_EXTENSION_DAYS) return invalid(license, now, "extended");
  const expiresAt = Math.max(license.expiresAt, now) + days * DAY;
  return ok({ expiresAt, isTrialExtended: true, isLeaseVisible: true });
}

/** Rights and limits of one license, beside its tier: they survive plan changes. */
export function adjust(license: License, change: Pick<LicensePatch, "entitlement" | "limit">, now: number): Transition {
  return license.state === "revoked" ? invalid(license, now) : ok({ ...change, isLeaseVisible: true });
}

function soldWith({ sold }: PlanChange): Pick<LicensePatch, "sold"> {
  return sold === undefined ? {} : { sold };
}

function refusePlan(license: License, to: Tier, why: string): Transition {
  return refuse({ reason: "PLAN_CHANGE_REFUSED", facts: { from: license.type, to, why } });
}

/** What is possible from here instead; a trial converts where others renew, what never ends is neither renewed nor cancelled. */
function invalid(license: License, now: number, from?: string): Transition {
  const state = deriveState(license, now);
  const isTrial = license.type === "trial";
  const allowed = ALLOWED[state]
    .map((event) => (isTrial && state === "expired" && event === "renew" ? "convert" : event))
    .filter((event) => license.expiresAt !== null || (event !== "renew" && event !== "cancel"))
    .filter((event) => event !== "extend" || !license.life.isTrialExtended);
  return refuseFrom(from ?? state, allowed);
}

function refuseFrom(from: string, allowed: readonly string[]): Transition {
  return refuse({ reason: "TRANSITION_INVALID", facts: { from, allowed } });
}
