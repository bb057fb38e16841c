import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { License } from "./license.ts";
import type { LicenseReason } from "./reasons.ts";
import { REBIND_WINDOW, TRANSFER_WINDOW } from "./seat-budget.ts";
import type { LicensePatch, Transition } from "./transitions.ts";

type Refusable<T> = Result<T, Problem<LicenseReason | "RATE_LIMITED">>;

/** Ties a license to one device, once; other hardware is DEVICE_MISMATCH from then on. */
export function bind(license: License, hardwareId: string): Transition {
  if (license.state === "revoked")
    return refuse({ reason: "TRANSITION_INVALID", facts: { from: "revoked", allowed: [] } });
  if (license.hardwareId !== null)
    return refuse({ reason: "ALREADY_BOUND", facts: { same: license.hardwareId === hardwareId } });
  return ok({ hardwareId, isLeaseVisible: true });
}

/** Frees it again, once in 30 days; `unboundAt`: when it was freed last. */
export function unbind(license: License, unboundAt: number | null, now: number): Refusable<LicensePatch | "unchanged"> {
  if (license.state === "revoked")
    return refuse({ reason: "TRANSITION_INVALID", facts: { from: "revoked", allowed: [] } });
  if (license.hardwareId === null) return ok("unchanged");
  if (unboundAt !== null && unboundAt > now - REBIND_WINDOW)
    return refuse({
      reason: "RATE_LIMITED",
      facts: { class: "retryable", retryAfter: unboundAt + REBIND_WINDOW - now },
    });
  return ok({ hardwareId: null, isLeaseVisible: true });
}

/** May this license change hands now? null: yes. */
export function refuseTransfer(
  license: License,
  transferredAt: number | null,
  now: number,
): Problem<LicenseReason> | null {
  const why = whyNot(license);
  if (why !== null) return why;
  if (transferredAt !== null && transferredAt > now - TRANSFER_WINDOW)
    return {
      reason: "TRANSFER_REFUSED",
      detail: "A license is transferred once in 30 days",
      facts: { why: "too_soon", retryAfter: transferredAt + TRANSFER_WINDOW - now },
    };
  return null;
}

/** To another local user: unbinds the hardware and releases all seats. */
export function transfer(license: License, newUserId: string, transferredAt: number | null, now: number): Transition {
  const standing = whyNot(license);
  if (standing !== null) return refuse(standing);
  if (license.userId === newUserId) return ok("unchanged");
  const refusal = refuseTransfer(license, transferredAt, now);
  if (refusal !== null) return refuse(refusal);
  return ok({ userId: newUserId, hardwareId: null, releaseSeats: "transferred", isLeaseVisible: true });
}

function whyNot(license: License): Problem<LicenseReason> | null {
  if (license.type === "enterprise")
    return { reason: "TRANSFER_REFUSED", detail: "Enterprise licenses cannot be transferred" };
  if (license.type === "trial") return { reason: "TRANSFER_REFUSED", detail: "Trial licenses cannot be transferred" };
  if (license.state !== "active")
    return { reason: "TRANSFER_REFUSED", detail: "License is not active", facts: { why: license.state } };
  return null;
}
