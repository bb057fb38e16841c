/** Refusals about rollouts and about what an instance computes for itself. */
export const UPDATE_REASONS = ["rollout_faster", "rollout_reason", "update_answer_differs"] as const;
export type UpdateReason = (typeof UPDATE_REASONS)[number];
