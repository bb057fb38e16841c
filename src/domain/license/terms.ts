import type { Tier } from "../manifest/permissions.ts";
import type { TierTerms } from "./tiers.ts";

/** What was agreed when a license was sold, beside the limits of its tier (README, Terms). */
export interface SoldTerms {
  /** null: open-ended, or the trial's days. */
  readonly durationSeconds: number | null;
  /** `first_activation`: the term begins with the first seat. */
  readonly expiryBasis: "issue" | "first_activation";
  readonly renewalBasis: "later" | "expiry" | "now";
  /** Payment is collected again at the end; only then does a failed payment open a grace. */
  readonly autoRenew: boolean;
  /** After the end, builds released up to it stay usable. */
  readonly fallback: boolean;
  /** 1 to 2: seats up to `floor(maxInstalls × overage)` are granted and marked. */
  readonly overage: number;
  readonly seatMode: "node" | "floating";
  readonly seatScope: "license" | "user";
  readonly uniqueness: "license" | "plugin";
}

export const PLAIN_TERMS: SoldTerms = {
  durationSeconds: null,
  expiryBasis: "issue",
  renewalBasis: "later",
  autoRenew: false,
  fallback: false,
  overage: 1,
  seatMode: "node",
  seatScope: "license",
  uniqueness: "license",
};

/** A plan that was agreed on and takes effect later. */
export interface PendingChange {
  readonly type: Tier;
  readonly terms: TierTerms;
  /** Unix seconds: the end of the term that was paid for. */
  readonly at: number;
}

/** The members of a license that its term and plan depend on. Times in Unix seconds. */
export interface LicenseLife {
  readonly orderId: string | null;
  readonly autoRenew: boolean;
  /** The end of the term after which it was cancelled. */
  readonly cancelAt: number | null;
  /** How long after the end a failed payment is waited for. */
  readonly billingGraceSeconds: number;
  readonly suspendedAt: number | null;
  readonly isTrialExtended: boolean;
  /** Set by a downgrade: leases beyond the new cap are not renewed. */
  readonly shrinkAt: number | null;
  readonly pendingChange: PendingChange | null;
  /** The term that begins with the first seat; null: it began, or has no such beginning. */
  readonly firstTermSeconds?: number | null;
}

/** The license as its first seat makes it, where its term begins with that. */
export function withFirstTerm<
  L extends { readonly life: LicenseLife; readonly expiresAt: number | null; readonly fallback: boolean },
>(license: L, now: number): L {
  const seconds = license.life.firstTermSeconds ?? null;
  if (seconds === null) return license;
  const expiresAt = now + seconds;
  return { ...license, expiresAt, ...(license.fallback ? { fallbackUntil: expiresAt } : {}) };
}

export const NO_LIFE: LicenseLife = {
  orderId: null,
  autoRenew: false,
  cancelAt: null,
  billingGraceSeconds: 0,
  suspendedAt: null,
  isTrialExtended: false,
  shrinkAt: null,
  pendingChange: null,
};

/** Length of the seats a floating lease holds (README, The lease) against a node lease; seconds. */
export const SEAT_TIMES = {
  node: { leaseTtl: 604_800, refreshSeconds: 86_400, reviveWindow: 604_800 },
  floating: { leaseTtl: 3_600, refreshSeconds: 300, reviveWindow: 86_400 },
} as const;

/** −1 where seats are unlimited. */
export function seatCapOf(maxInstalls: number | null, overage: number): number {
  return maxInstalls === null ? -1 : Math.floor(maxInstalls * Math.min(2, Math.max(1, overage)));
}
