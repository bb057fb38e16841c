import type { LicenseReason } from "./reasons.ts";

/** The HTTP status of each refusal (README, Result codes); a verdict carries it, and so does the answer around it. */
export const LICENSE_STATUS = {
  REVOKED: 403,
  SUSPENDED: 403,
  PLUGIN_SUSPENDED: 403,
  NOT_YET_VALID: 403,
  EXPIRED: 403,
  TRIAL_EXPIRED: 403,
  PRODUCT_MISMATCH: 403,
  DEVICE_MISMATCH: 403,
  SEAT_EVICTED: 403,
  LEASE_REVOKED: 403,
  VERSION_NOT_ENTITLED: 403,
  BUILD_MISMATCH: 403,
  KEY_MALFORMED: 400,
  KEY_IN_URL: 400,
  KEY_RETIRED: 403,
  PAYMENT_REQUIRED: 402,
  ACTIVATION_REQUIRED: 409,
  LEASE_LAPSED: 409,
  SEAT_TAKEN: 409,
  SEAT_LIMIT: 409,
  DEVICE_CLONED: 409,
  DEVICE_IN_USE: 409,
  DEVICE_ID_REQUIRED: 422,
  DEVICE_ID_INVALID: 422,
  DEVICE_PROOF_REQUIRED: 401,
  DEVICE_PROOF_INVALID: 401,
  ENTITLEMENT_MISSING: 403,
  QUOTA_EXHAUSTED: 409,
  TRIAL_NOT_OFFERED: 409,
  TRIAL_ALREADY_USED: 409,
  TRANSITION_INVALID: 409,
  TRANSFER_REFUSED: 400,
  PLAN_CHANGE_REFUSED: 409,
  ALREADY_LICENSED: 409,
  ALREADY_BOUND: 409,
  IDEMPOTENCY_MISMATCH: 422,
  ACTIVATION_BUDGET: 429,
  STATE_CHANGED: 409,
  SIGNER_UNAVAILABLE: 503,
  OFFLINE_REFUSED: 403,
  OFFLINE_REQUEST_INVALID: 422,
  OFFLINE_CODE_INVALID: 422,
  OFFLINE_CODE_COOLDOWN: 429,
  SIMULATION_REFUSED: 403,
  KEYSET_REFUSED: 409,
  consent_incomplete: 409,
  consent_stale: 409,
} as const satisfies Record<LicenseReason, number>;

const SHARED_STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  INSTANCE_SUSPENDED: 403,
  PERMISSION_DENIED: 403,
  VALIDATION_ERROR: 422,
  dependency_missing: 409,
};

/** The status a verdict names for any code that licensing answers with; 200 for those that let the right stand. */
export function statusOf(code: string): number {
  return (LICENSE_STATUS as Readonly<Record<string, number>>)[code] ?? SHARED_STATUS[code] ?? 200;
}
