import { endOf, type HostLicenseStatus, type License } from "./license.ts";

export type DerivedState =
  | "revoked"
  | "suspended"
  | "pending"
  | "scheduled"
  | "expired"
  | "past_due"
  | "trialing"
  | "active";

type StateFields = Pick<License, "state" | "startsAt" | "expiresAt" | "graceUntil" | "type">;

/** The state at `now`: only four are stored, the rest follows from the clock (README, States). */
export function deriveState(license: StateFields, now: number): DerivedState {
  if (license.state !== "active") return license.state;
  if (license.startsAt > now) return "scheduled";
  const end = endOf(license);
  if (end !== null && end <= now) return "expired";
  if (license.graceUntil !== null) return "past_due";
  return license.type === "trial" ? "trialing" : "active";
}

/** The word the host knows for it. */
export function hostStatus(license: StateFields, now: number): HostLicenseStatus {
  switch (deriveState(license, now)) {
    case "revoked":
      return "revoked";
    case "suspended":
    case "pending":
    case "scheduled":
      return "suspended";
    case "expired":
      return "expired";
    default:
      return "active";
  }
}

/** The `st` of a lease. */
export type LeaseState = "active" | "trialing" | "past_due" | "fallback";

export function leaseState(license: StateFields, now: number): LeaseState {
  const state = deriveState(license, now);
  if (state === "trialing" || state === "past_due") return state;
  return state === "expired" ? "fallback" : "active";
}
