import type { StoredState } from "../../domain/license/license.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";

/** What the admin's console needs of the world. */
export interface ConsolePorts {
  readonly console: ConsoleReads;
}

/**
 * Rows as the console's lists show them, joined. Each read answers only what belongs to instances that the account
 * registered, or manages as owner or maintainer of their organization. Times are Unix seconds.
 */
export interface ConsoleReads {
  instances(accountId: string, now: number): Promise<readonly InstanceRow[]>;
  /** Newest grant first; released ones too where `isReleased`. */
  installations(accountId: string, wanted: InstallationsWanted, now: number): Promise<readonly InstalledRow[]>;
  licenses(accountId: string, wanted: LicensesWanted, now: number): Promise<readonly LicenseRow[]>;
  /** Licenses that others offer to an instance of the account. */
  offers(accountId: string, now: number): Promise<readonly TransferRow[]>;
  /** Offers of the account's own that wait. */
  offered(licenseId: string, now: number): Promise<TransferRow | null>;
  /** Newest first, below the number `before`. */
  audit(accountId: string, before: number | null, limit: number): Promise<readonly AuditRow[]>;
}

export interface InstanceRow {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly appVersion: string;
  readonly isSuspended: boolean;
  readonly isPull: boolean;
  readonly hasHostKey: boolean;
  readonly organization: string | null;
  readonly webhookPausedAt: number | null;
  /** Newest sign of life of any of its installations. */
  readonly lastSeenAt: number | null;
  readonly installed: number;
  readonly licenses: number;
}

export interface InstallationsWanted {
  readonly activationId?: string;
  readonly instanceId?: string;
  readonly licenseId?: string;
  readonly isReleased?: boolean;
}

export interface InstalledRow {
  readonly activationId: string;
  readonly installationId: string;
  readonly instance: { readonly id: string; readonly name: string };
  readonly plugin: {
    readonly id: string;
    readonly name: string;
    readonly displayName: string;
    readonly icon: string | null;
  };
  readonly version: string;
  /** The newest published one. */
  readonly latestVersion: string | null;
  readonly label: string | null;
  readonly environment: string;
  readonly hardwareId: string | null;
  /** A device key obeys only the device itself. */
  readonly isDeviceBound: boolean;
  readonly seatClass: "paid" | "dev";
  readonly grantedAt: number;
  readonly lastSeenAt: number;
  readonly leaseUntil: number;
  readonly pausedAt: number | null;
  readonly releasedAt: number | null;
  readonly suspendedAt: number | null;
  readonly license: LicenseTerms;
  /** Runs of the last 24 hours, and those that failed. */
  readonly runs: number;
  readonly failures: number;
}

/** What the state of a license follows from. */
export interface LicenseTerms {
  readonly id: string;
  readonly type: Tier;
  readonly state: StoredState;
  readonly startsAt: number;
  readonly expiresAt: number | null;
  readonly graceUntil: number | null;
}

export interface LicensesWanted {
  readonly licenseId?: string;
  readonly instanceId?: string;
  readonly pluginId?: string;
}

export interface LicenseRow extends LicenseTerms {
  readonly instance: { readonly id: string; readonly name: string };
  readonly plugin: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly userId: string;
  /** Null = unlimited. */
  readonly maxInstalls: number | null;
  readonly liveSeats: number;
  readonly keyHint: string | null;
  readonly offlineDays: number;
}

export interface TransferRow {
  readonly licenseId: string;
  readonly plugin: { readonly name: string; readonly displayName: string };
  readonly toInstanceId: string;
  /** Null where it is no instance of the account. */
  readonly toInstanceName: string | null;
  readonly toUserId: string;
  readonly expiresAt: number;
}

export interface AuditRow {
  readonly id: number;
  readonly at: number;
  readonly actorKind: string;
  readonly actorId: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly data: string;
}
