/** Why an offline document is not taken in (README, Uploading). */
export const TUF_REASONS = ["tuf_malformed", "tuf_version", "tuf_expired", "tuf_threshold", "tuf_roles"] as const;
export type TufReason = (typeof TUF_REASONS)[number];
