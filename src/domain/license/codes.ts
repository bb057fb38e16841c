import type { LicenseReason } from "./reasons.ts";

/** Answers that let the right stand. */
export const OK_CODES = ["VALID", "TRIAL_ACTIVE", "PAST_DUE_GRACE", "OVERAGE", "FALLBACK"] as const;
export type OkCode = (typeof OK_CODES)[number];

/** Everything a judgement can say. */
export type LicenseCode = OkCode | "NOT_FOUND" | "INSTANCE_SUSPENDED" | LicenseReason;

/** Enough for a client that has never seen the code (README, Result codes). */
export type CodeClass = "ok" | "conclusive" | "action" | "retryable";

const CONCLUSIVE: readonly string[] = [
  "NOT_FOUND",
  "REVOKED",
  "SUSPENDED",
  "INSTANCE_SUSPENDED",
  "PLUGIN_SUSPENDED",
  "NOT_YET_VALID",
  "EXPIRED",
  "TRIAL_EXPIRED",
  "PRODUCT_MISMATCH",
  "DEVICE_MISMATCH",
  "SEAT_EVICTED",
  "LEASE_REVOKED",
  "VERSION_NOT_ENTITLED",
  "BUILD_MISMATCH",
];
const RETRYABLE: readonly string[] = [
  "CLOCK_SKEW",
  "RATE_LIMITED",
  "ACTIVATION_BUDGET",
  "OFFLINE_CODE_COOLDOWN",
  "STATE_CHANGED",
  "SERVICE_UNAVAILABLE",
  "SIGNER_UNAVAILABLE",
  "INTERNAL_ERROR",
];

export function classOf(code: string): CodeClass {
  if (OK_CODES.some((ok) => ok === code) || code === "RELEASED" || code === "ALREADY_RELEASED") return "ok";
  if (CONCLUSIVE.includes(code)) return "conclusive";
  return RETRYABLE.includes(code) ? "retryable" : "action";
}

/** The exact words the host compares (README, Host contract). */
export function hostError(code: LicenseCode): string {
  switch (code) {
    case "NOT_FOUND":
    case "KEY_MALFORMED":
      return "License not found";
    case "PRODUCT_MISMATCH":
      return "License is for a different plugin";
    case "DEVICE_MISMATCH":
    case "DEVICE_CLONED":
    case "DEVICE_IN_USE":
      return "License is bound to different hardware";
    case "SEAT_LIMIT":
    case "SEAT_TAKEN":
    case "ACTIVATION_BUDGET":
      return "Installation limit exceeded";
    case "DEVICE_ID_REQUIRED":
    case "DEVICE_ID_INVALID":
      return "License verification failed";
    case "STATE_CHANGED":
    case "SIGNER_UNAVAILABLE":
      return "License verification service unavailable";
    default:
      return "License is not active";
  }
}
