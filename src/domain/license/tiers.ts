import type { Tier } from "../manifest/permissions.ts";
import { DAY } from "../time.ts";

/** What a tier gives. null = unlimited; copied into the license at issue and kept there. */
export interface TierTerms {
  readonly maxInstalls: number | null;
  readonly apiCalls: number | null;
  readonly storageMb: number | null;
  readonly users: number | null;
  readonly features: readonly string[];
  readonly devSeats: number;
  readonly offlineDays: number;
  /** How long after the end a failed payment is waited for. */
  readonly billingGraceSeconds: number;
  /** How long the license lasts from its start; null = no end. */
  readonly durationSeconds: number | null;
}

type Defaults = Omit<TierTerms, "users" | "durationSeconds">;

const DEFAULTS: Readonly<Record<Tier, Defaults>> = {
  free: {
    maxInstalls: null,
    apiCalls: 1_000,
    storageMb: 10,
    features: ["basic"],
    devSeats: 0,
    offlineDays: 90,
    billingGraceSeconds: 0,
  },
  trial: {
    maxInstalls: 1,
    apiCalls: 1_000,
    storageMb: 10,
    features: ["basic"],
    devSeats: 0,
    offlineDays: 0,
    billingGraceSeconds: 0,
  },
  basic: {
    maxInstalls: 3,
    apiCalls: 10_000,
    storageMb: 100,
    features: ["advanced", "basic"],
    devSeats: 1,
    offlineDays: 30,
    billingGraceSeconds: 7 * DAY,
  },
  premium: {
    maxInstalls: 10,
    apiCalls: 100_000,
    storageMb: 1_000,
    features: ["advanced", "basic", "premium"],
    devSeats: 3,
    offlineDays: 90,
    billingGraceSeconds: 14 * DAY,
  },
  enterprise: {
    maxInstalls: null,
    apiCalls: null,
    storageMb: null,
    features: ["*"],
    devSeats: 10,
    offlineDays: 365,
    billingGraceSeconds: 30 * DAY,
  },
};

/** The limits a plugin's plan states for a tier; null = unlimited, left out = the default of the tier. */
export interface PlanLimits {
  readonly installs?: number | null | undefined;
  readonly apiCalls?: number | null | undefined;
  readonly storageMiB?: number | null | undefined;
  readonly users?: number | null | undefined;
}

/** The terms of a tier under a plugin's plan. */
export function termsOf(tier: Tier, plan: PlanLimits | undefined, trialDays: number): TierTerms {
  const defaults = DEFAULTS[tier];
  return {
    ...defaults,
    maxInstalls: plan?.installs === undefined ? defaults.maxInstalls : plan.installs,
    apiCalls: plan?.apiCalls === undefined ? defaults.apiCalls : plan.apiCalls,
    storageMb: plan?.storageMiB === undefined ? defaults.storageMb : plan.storageMiB,
    users: plan?.users ?? null,
    durationSeconds: tier === "trial" ? trialDays * DAY : null,
  };
}

/** What an issuer may say on top: only ever less than the tier gives. */
export interface WantedTerms {
  /** 1 means "not given": the host always sends it. */
  readonly maxInstalls?: number | undefined;
  readonly apiCalls?: number | undefined;
  readonly storageMb?: number | undefined;
  readonly users?: number | undefined;
}

export function lowerTerms(terms: TierTerms, wanted: WantedTerms): TierTerms {
  return {
    ...terms,
    maxInstalls: wanted.maxInstalls === 1 ? terms.maxInstalls : lower(terms.maxInstalls, wanted.maxInstalls),
    apiCalls: lower(terms.apiCalls, wanted.apiCalls),
    storageMb: lower(terms.storageMb, wanted.storageMb),
    users: lower(terms.users, wanted.users),
  };
}

function lower(given: number | null, wanted: number | undefined): number | null {
  if (wanted === undefined || wanted < 0) return given;
  return given === null ? wanted : Math.min(given, wanted);
}

const LADDER: readonly Tier[] = ["free", "trial", "basic", "premium", "enterprise"];

export function isHigherTier(tier: Tier, than: Tier): boolean {
  return LADDER.indexOf(tier) > LADDER.indexOf(than);
}
