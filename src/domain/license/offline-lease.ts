import { DAY } from "../time.ts";
import type { Lease } from "./lease.ts";
import { endOf, type License } from "./license.ts";

/** The lease as a file: to the end of the offline term, never past the right's own end; it asks for no refresh before. */
export function offlineLease(lease: Lease, license: License): Lease {
  const end = endOf(license);
  const wanted = lease.issuedAt + license.offlineDays * DAY;
  const expiresAt = end === null ? wanted : Math.min(wanted, end);
  return {
    ...lease,
    expiresAt,
    refreshAfter: expiresAt,
    claims: { ...lease.claims, exp: expiresAt, rfa: expiresAt, off: true },
  };
}

/** Why a license gives no offline file, or null. */
export function offlineRefusal(license: License, state: string): string | null {
  if (license.type === "trial") return "trial";
  if (["revoked", "suspended", "expired", "pending", "scheduled"].includes(state)) return state;
  return license.offlineDays > 0 ? null : "not_sold";
}
