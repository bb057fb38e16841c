import { classOf, type LicenseCode, OK_CODES, type OkCode } from "./codes.ts";
import type { LeaseState } from "./states.ts";
import { LICENSE_STATUS } from "./status.ts";

/** Refusals that are no answers about a right: a request header cannot wish for them. */
const NO_STATES: readonly string[] = ["consent_incomplete", "consent_stale", "KEYSET_REFUSED", "SIMULATION_REFUSED"];
const SHARED = ["NOT_FOUND", "INSTANCE_SUSPENDED"] as const;

/** Every state that `Simulate-License` may ask for, by its code (README, Simulation). */
export const SIMULATED_CODES: readonly LicenseCode[] = [
  ...OK_CODES,
  ...SHARED,
  ...(Object.keys(LICENSE_STATUS) as (keyof typeof LICENSE_STATUS)[]).filter((code) => !NO_STATES.includes(code)),
];

export function parseSimulatedCode(text: string): LicenseCode | null {
  return SIMULATED_CODES.find((code) => code === text) ?? null;
}

export function isOkCode(code: LicenseCode): code is OkCode {
  return classOf(code) === "ok";
}

/** What a lease says of a right that is only played. */
export const SIMULATED_STATES: Readonly<Record<OkCode, LeaseState>> = {
  VALID: "active",
  OVERAGE: "active",
  TRIAL_ACTIVE: "trialing",
  PAST_DUE_GRACE: "past_due",
  FALLBACK: "fallback",
};
