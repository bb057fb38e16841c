import type { Tier } from "../manifest/permissions.ts";
import type { LicenseLife } from "./terms.ts";

/** The right to use one plugin under one tier. Times in Unix seconds; null = unlimited or open-ended. */
export interface License {
  readonly id: string;
  readonly uuid: string;
  readonly instanceId: string;
  readonly pluginId: string;
  readonly publisherId: string;
  /** The instance's local user id. */
  readonly userId: string;
  readonly type: Tier;
  readonly state: StoredState;
  readonly stateReason: string | null;
  readonly issuedAt: number;
  readonly startsAt: number;
  readonly expiresAt: number | null;
  readonly graceUntil: number | null;
  readonly renewalBasis: "later" | "expiry" | "now";
  readonly fallback: boolean;
  readonly fallbackUntil: number | null;
  readonly maxInstalls: number | null;
  readonly seatCap: number | null;
  readonly devSeats: number | null;
  readonly uniqueness: "license" | "plugin";
  readonly seatMode: SeatMode;
  /** Whose seats are counted together. */
  readonly seatScope: "license" | "user";
  /** How many components of a device must stay for it to be the same one. */
  readonly drift: Drift;
  readonly leaseTtl: number;
  readonly refreshSeconds: number;
  readonly reviveWindow: number;
  /** How long an offline file lasts; 0: none is given. */
  readonly offlineDays: number;
  /** The device the license is bound to. */
  readonly hardwareId: string | null;
  readonly activationBudget: number;
  /** Counts lease-visible changes. */
  readonly epoch: number;
  /** Counts writes. */
  readonly rev: number;
  readonly lastVerifiedAt: number | null;
  /** What its term and plan depend on. */
  readonly life: LicenseLife;
  /** Made to try things out: its leases say `sim`, and its state can be played. */
  readonly isTest: boolean;
}

/** Floating: the seat is free an hour after the last ping. */
export const SEAT_MODES = ["node", "floating"] as const;
export type SeatMode = (typeof SEAT_MODES)[number];

export const DRIFTS = ["strict", "majority", "loose"] as const;
export type Drift = (typeof DRIFTS)[number];

export const STORED_STATES = ["pending", "active", "suspended", "revoked"] as const;
export type StoredState = (typeof STORED_STATES)[number];

/** The four words of the host. */
export type HostLicenseStatus = "active" | "expired" | "revoked" | "suspended";

/** E: the end of the right, null = open-ended. At E it is over. */
export function endOf(license: Pick<License, "graceUntil" | "expiresAt">): number | null {
  return license.graceUntil ?? license.expiresAt;
}

/** One device on one license. */
export interface Activation {
  readonly id: string;
  readonly licenseId: string;
  readonly instanceId: string;
  /** Uuid, unique inside one instance. */
  readonly installationId: string;
  readonly deviceId: string;
  readonly deviceJkt: string | null;
  /** The key this row moved away from: whoever shows it is a copy. */
  readonly formerJkt: string | null;
  /** JSON of the X25519 JWK content keys are wrapped to. */
  readonly sealKey?: string | null;
  readonly hardwareId: string | null;
  readonly environment: Environment;
  readonly origin: string | null;
  readonly label: string | null;
  /** The user whose seat it is, where seats are counted by user; else empty. */
  readonly seatKey: string;
  /** The end of a copy that was let in for a while. */
  readonly temporaryUntil: number | null;
  readonly seatClass: "paid" | "dev";
  readonly isOver: boolean;
  readonly version: string;
  /** How often a seat was granted to this device. */
  readonly generation: number;
  readonly grantedAt: number;
  readonly leaseIat: number;
  readonly leaseUntil: number;
  /** The license's epoch that its lease says. */
  readonly leaseEpoch: number;
  readonly jti: string;
  readonly previousJti: string | null;
  readonly lastSeenAt: number;
  readonly pausedAt: number | null;
  readonly releasedAt: number | null;
  readonly releaseReason: string | null;
}

export const ENVIRONMENTS = ["production", "staging", "development"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** A seat is an unexpired lease: time decides, never a job. */
export function isLive(activation: Pick<Activation, "releasedAt" | "leaseUntil">, now: number): boolean {
  return activation.releasedAt === null && activation.leaseUntil > now;
}
