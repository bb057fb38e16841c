/** Refusals about advisories and the revocation list. */
export const ADVISORY_REASONS = [
  "advisory_incomplete",
  "revocations_rollback",
  "revocations_stale",
  "revocations_unavailable",
] as const;
export type AdvisoryReason = (typeof ADVISORY_REASONS)[number];
