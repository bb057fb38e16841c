import type { Problem } from "../problem.ts";

/** What somebody may do about a refusal (README, Result codes). */
export const ACTION_TYPES = [
  "release_seat",
  "upgrade",
  "renew",
  "buy",
  "activate",
  "resolve",
  "use_new_key",
  "fix_clock",
] as const;
export type ActionType = (typeof ACTION_TYPES)[number];
export type Action = { readonly type: ActionType; readonly url?: string };

const ACTIONS: Readonly<Record<string, readonly ActionType[]>> = {
  SEAT_LIMIT: ["release_seat", "upgrade"],
  SEAT_TAKEN: ["release_seat", "upgrade"],
  SEAT_EVICTED: ["activate"],
  DEVICE_IN_USE: ["release_seat"],
  DEVICE_CLONED: ["resolve"],
  ACTIVATION_REQUIRED: ["activate"],
  LEASE_LAPSED: ["activate"],
  EXPIRED: ["renew", "buy"],
  TRIAL_EXPIRED: ["buy"],
  TRIAL_ALREADY_USED: ["buy"],
  TRIAL_NOT_OFFERED: ["buy"],
  PAYMENT_REQUIRED: ["buy"],
  VERSION_NOT_ENTITLED: ["renew", "upgrade"],
  ENTITLEMENT_MISSING: ["upgrade"],
  QUOTA_EXHAUSTED: ["upgrade"],
  KEY_RETIRED: ["use_new_key"],
  CLOCK_SKEW: ["fix_clock"],
};

/** What to do about a code, the likeliest first; where it is paid is known for open orders only. */
export function actionsOf(code: string, facts: Problem["facts"] = {}): readonly Action[] {
  const { checkoutUrl } = facts;
  return (ACTIONS[code] ?? []).map((type) =>
    type === "buy" && typeof checkoutUrl === "string" ? { type, url: checkoutUrl } : { type },
  );
}
