/** Refusals around events and executions. */
export const EXECUTION_REASONS = [
  "event_conflict",
  "event_signature_invalid",
  "installation_not_found",
  "execution_not_found",
  "execution_not_dead",
  "execution_gone",
  "hook_unmapped",
  "route_not_found",
  "plugin_stopped",
  "plugin_failed",
  "plugin_timeout",
  "slot_not_found",
  "view_invalid",
  "view_is_frame",
  "ui_ticket_not_found",
] as const;
export type ExecutionReason = (typeof EXECUTION_REASONS)[number];
