import type { LocalCode } from "./verify-lease.ts";

const CONCLUSIVE_HERE: readonly LocalCode[] = [
  "LEASE_EXPIRED",
  "SIGNER_RETIRED",
  "SIGNER_REVOKED",
  "DEVICE_KEY_MISMATCH",
  "AUDIENCE_MISMATCH",
  "LEASE_LISTED",
];

const LOCAL_TEXTS = {
  SIGNATURE_INVALID: "The document is not signed by the marketplace.",
  KEYSET_STALE: "The document names a key that is not known here.",
  REPLAYED: "The document does not answer this request, or is older than one already seen.",
  EPOCH_ROLLBACK: "The document is older than the license's last change.",
  CLOCK_ROLLBACK: "The document is later than this device's clock.",
  LEASE_EXPIRED: "The lease has ended.",
  SIGNER_RETIRED: "The key of this lease is no longer in use.",
  SIGNER_REVOKED: "The key of this lease was revoked.",
  DEVICE_KEY_MISMATCH: "The lease belongs to another device.",
  AUDIENCE_MISMATCH: "The lease is for another plugin, instance or device.",
  LEASE_LISTED: "The lease stands on the revocation list.",
} as const satisfies Record<LocalCode, string>;

/** Conclusive: this lease is over. Retryable: the document is ignored, and what was held before stays. */
export function localClass(code: LocalCode): "conclusive" | "retryable" {
  return CONCLUSIVE_HERE.includes(code) ? "conclusive" : "retryable";
}

export function localText(code: LocalCode): string {
  return LOCAL_TEXTS[code];
}

/** Both times, so that people see whether their clock is wrong. */
export function expiredText(expiresAt: number, local: number): string {
  const shown = (seconds: number) => new Date(seconds * 1000).toISOString();
  return `The lease ended at ${shown(expiresAt)}; this device's clock says ${shown(local)}.`;
}
