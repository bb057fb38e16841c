/** Refusals around events and executions. */
export const EXECUTION_REASONS = ["event_conflict", "event_signature_invalid", "installation_not_found"] as const;
export type ExecutionReason = (typeof EXECUTION_REASONS)[number];
