/** Why a document is not taken in, or not followed (README, Uploading, Following). */
export const TUF_REASONS = [
  "tuf_malformed",
  "tuf_version",
  "tuf_expired",
  "tuf_threshold",
  "tuf_roles",
  "tuf_mixed",
  "tuf_unlisted",
] as const;
export type TufReason = (typeof TUF_REASONS)[number];
