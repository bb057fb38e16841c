import type { Tier } from "../manifest/permissions.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { DAY } from "../time.ts";
import type { License } from "./license.ts";
import type { LicenseReason } from "./reasons.ts";
import { type DerivedState, deriveState } from "./states.ts";
import { isHigherTier, type TierTerms } from "./tiers.ts";

/** Columns a transition changes; null in `expiresAt` is open-ended. */
export interface LicensePatch {
  readonly state?: License["state"];
  readonly stateReason?: string | null;
  readonly userId?: string;
  readonly type?: Tier;
  readonly expiresAt?: number | null;
  readonly graceUntil?: number | null;
  readonly hardwareId?: string | null;
  /** Replaces limits, entitlements and seats. */
  readonly terms?: TierTerms;
  readonly releaseSeats?: "transferred";
  /** Leases must carry it. */
  readonly isLeaseVisible: boolean;
}

/** `unchanged`: asked again for what already is; answered with success. */
export type Transition = Result<LicensePatch | "unchanged", Problem<LicenseReason>>;

export function revoke(license: License, reason: string): Transition {
  if (license.state === "revoked") return ok("unchanged");
  return ok({ state: "revoked", stateReason: reason, isLeaseVisible: true });
}

export function suspend(license: License, reason: string): Transition {
  if (license.state === "suspended") return ok("unchanged");
  if (license.state !== "active") return invalid(license.state, ["revoke"]);
  return ok({ state: "suspended", stateReason: reason, isLeaseVisible: true });
}

export function reactivate(license: License): Transition {
  if (license.state !== "suspended") return invalid(license.state, license.state === "revoked" ? [] : ["suspend"]);
  return ok({ state: "active", stateReason: null, isLeaseVisible: true });
}

/** Adds days from where the license's renewal basis says; never from suspended, revoked, trial or open-ended. */
export function renew(license: License, days: number, now: number): Transition {
  const state = deriveState(license, now);
  if (!["active", "past_due", "expired"].includes(state) || license.type === "trial" || license.expiresAt === null)
    return invalid(license.expiresAt === null && state === "active" ? "open_ended" : state, allowedFrom(state));
  const later = Math.max(license.expiresAt, now);
  const from = { later, expiry: license.expiresAt, now }[license.renewalBasis];
  return ok({ expiresAt: from + days * DAY, graceUntil: null, isLeaseVisible: true });
}

/** Up the ladder at once. A trial takes the sold term (`days`, none = open-ended); a paid license keeps its end. */
export function upgrade(
  license: License,
  to: { readonly tier: Tier; readonly terms: TierTerms; readonly days: number | null },
  now: number,
): Transition {
  const state = deriveState(license, now);
  const isTrial = license.type === "trial";
  if (!["active", "past_due", "trialing"].includes(state) && !(isTrial && state === "expired"))
    return invalid(state, allowedFrom(state));
  if (!isHigherTier(to.tier, license.type) || to.tier === "trial")
    return refuse({ reason: "PLAN_CHANGE_REFUSED", facts: { from: license.type, to: to.tier, why: "only upward" } });
  const sold = to.days === null ? null : now + to.days * DAY;
  return ok({
    type: to.tier,
    terms: to.terms,
    ...(isTrial ? { expiresAt: sold, graceUntil: null } : {}),
    isLeaseVisible: true,
  });
}

export function bind(license: License, hardwareId: string): Transition {
  if (license.state === "revoked") return invalid("revoked", []);
  if (license.hardwareId === hardwareId) return ok("unchanged");
  if (license.hardwareId !== null) return refuse({ reason: "ALREADY_BOUND" });
  return ok({ hardwareId, isLeaseVisible: true });
}

/** To another local user: unbinds the hardware and releases all seats. */
export function transfer(license: License, newUserId: string): Transition {
  if (license.type === "enterprise")
    return refuse({ reason: "TRANSFER_REFUSED", detail: "Enterprise licenses cannot be transferred" });
  if (license.type === "trial")
    return refuse({ reason: "TRANSFER_REFUSED", detail: "Trial licenses cannot be transferred" });
  if (license.state !== "active")
    return refuse({ reason: "TRANSFER_REFUSED", detail: "License is not active", facts: { why: license.state } });
  if (license.userId === newUserId) return ok("unchanged");
  return ok({ userId: newUserId, hardwareId: null, releaseSeats: "transferred", isLeaseVisible: true });
}

function allowedFrom(state: DerivedState): readonly string[] {
  if (state === "revoked") return [];
  if (state === "suspended") return ["reactivate", "revoke"];
  if (state === "pending") return ["revoke"];
  return ["suspend", "revoke"];
}

function invalid(from: string, allowed: readonly string[]): Transition {
  return refuse({ reason: "TRANSITION_INVALID", facts: { from, allowed } });
}
