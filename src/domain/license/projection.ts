import { isoTime } from "../time.ts";
import type { HostLicenseStatus, License } from "./license.ts";
import { hostStatus } from "./states.ts";

/** The host's MarketplaceLicense with the members we add. Unlimited is −1 on the wire; absent members are left out. */
export interface MarketplaceLicense {
  readonly id: string;
  /** Only for the instance the license belongs to, and at issue. */
  readonly licenseKey?: string;
  readonly pluginId: string;
  readonly userId: string;
  readonly type: "trial" | "basic" | "premium" | "enterprise";
  readonly status: HostLicenseStatus;
  readonly expiresAt?: string;
  readonly hardwareId?: string;
  readonly maxInstalls: number;
  readonly currentInstalls: number;
  readonly uuid: string;
  readonly tier: License["type"];
  readonly issuedAt: string;
  readonly lastVerified?: string;
}

/** `liveSeats`: live paid seats. The host knows no free tier: it reads `basic`. */
export function projectLicense(
  license: License,
  licenseKey: string | null,
  liveSeats: number,
  now: number,
): MarketplaceLicense {
  return {
    id: license.id,
    ...(licenseKey === null ? {} : { licenseKey }),
    pluginId: license.pluginId,
    userId: license.userId,
    type: license.type === "free" ? "basic" : license.type,
    status: hostStatus(license, now),
    ...(license.expiresAt === null ? {} : { expiresAt: isoTime(license.graceUntil ?? license.expiresAt) }),
    ...(license.hardwareId === null ? {} : { hardwareId: license.hardwareId }),
    maxInstalls: license.maxInstalls ?? -1,
    currentInstalls: liveSeats,
    uuid: license.uuid,
    tier: license.type,
    issuedAt: isoTime(license.issuedAt),
    ...(license.lastVerifiedAt === null ? {} : { lastVerified: isoTime(license.lastVerifiedAt) }),
  };
}
