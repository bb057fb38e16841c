/** Refusals of the resolver. */
export const RESOLVE_REASONS = ["resolution_conflict", "resolution_too_complex", "locked_release_blocked"] as const;
export type ResolveReason = (typeof RESOLVE_REASONS)[number];
