import { decodeBase64url } from "../bytes.ts";
import { DAY } from "../time.ts";
import { pointProblem } from "../trust/public-key.ts";
import {
  KEYSET_TTL,
  type Keyset,
  LONGEST_SIGNING,
  PUBLISH_BEFORE_USE,
  type SigningKey,
  VERIFY_TAIL,
} from "./keyset.ts";

/** Why a document is not published, whoever signed it. */
export type KeysetFault =
  | "version"
  | "time"
  | "key_point"
  | "key_twice"
  | "period"
  | "verify_tail"
  | "key_dropped"
  | "key_changed"
  | "revocation_undone"
  | "published_too_late"
  | "documents_differ";

/** A key that ended this long ago may leave the document. */
const REMEMBERED = 400 * DAY;
const CLOCK_SPREAD = 300;

/**
 * May this document follow the newest one (KEYS.md, Publishing)? `previous` is the newest of any root; a document
 * of the same version must come from another root and say the same.
 *
 * @param now Unix seconds.
 */
export function judgeKeyset(
  next: Keyset,
  previous: Keyset | null,
  isOtherRoot: boolean,
  now: number,
): { readonly fault: KeysetFault; readonly kid?: string } | null {
  if (next.expiresAt !== next.issuedAt + KEYSET_TTL || next.expiresAt <= now || next.issuedAt > now + CLOCK_SPREAD)
    return { fault: "time" };
  if (previous !== null) {
    if (next.version < previous.version || (next.version === previous.version && !isOtherRoot))
      return { fault: "version" };
    if (next.issuedAt < previous.issuedAt) return { fault: "time" };
    if (next.version === previous.version && JSON.stringify(next.keys) !== JSON.stringify(previous.keys))
      return { fault: "documents_differ" };
  }
  return judgeKeys(next) ?? (previous === null ? null : judgeChange(next, previous));
}

function judgeKeys({ keys }: Keyset): { fault: KeysetFault; kid: string } | null {
  const seen = new Set<string>();
  for (const { kid, x, purpose, signFrom, signUntil, verifyUntil } of keys) {
    const point = decodeBase64url(x);
    if (point === null || pointProblem(point) !== null) return { fault: "key_point", kid };
    if (seen.has(kid) || seen.has(x)) return { fault: "key_twice", kid };
    seen.add(kid).add(x);
    // A key taken back before its day has an empty period.
    if (signUntil < signFrom || signUntil - signFrom > LONGEST_SIGNING[purpose]) return { fault: "period", kid };
    if (verifyUntil < signUntil + VERIFY_TAIL[purpose]) return { fault: "verify_tail", kid };
  }
  return null;
}

function judgeChange(next: Keyset, previous: Keyset): { fault: KeysetFault; kid: string } | null {
  for (const before of previous.keys) {
    const after = next.keys.find(({ kid }) => kid === before.kid);
    if (after === undefined) {
      if (before.verifyUntil + REMEMBERED > next.issuedAt) return { fault: "key_dropped", kid: before.kid };
      continue;
    }
    const fault = judgeKeyChange(after, before, next.issuedAt);
    if (fault !== null) return { fault, kid: before.kid };
  }
  for (const key of next.keys) {
    if (previous.keys.some(({ kid }) => kid === key.kid)) continue;
    // Where nobody else could sign, waiting would only be an outage.
    const isAlone = !next.keys.some((other) => other.kid !== key.kid && couldSign(other, key, next.issuedAt));
    if (key.signFrom < next.issuedAt + PUBLISH_BEFORE_USE && !isAlone)
      return { fault: "published_too_late", kid: key.kid };
  }
  return null;
}

function judgeKeyChange(after: SigningKey, before: SigningKey, at: number): KeysetFault | null {
  if (after.purpose !== before.purpose || after.x !== before.x) return "key_changed";
  const hasBegun = before.signFrom <= at;
  if (after.signFrom !== before.signFrom && (hasBegun || after.signFrom < at)) return "key_changed";
  if (!hasBegun && after.signFrom < before.signFrom) return "published_too_late";
  // A period can be cut short, not made longer, and what was signed meanwhile stays signed.
  if (after.signUntil > before.signUntil && hasBegun) return "period";
  if (before.signUntil <= at && after.signUntil !== before.signUntil) return "period";
  if (after.revokedFrom === null) return before.revokedFrom === null ? null : "revocation_undone";
  if (before.revokedFrom === null) return null;
  if (after.revokedFrom > before.revokedFrom) return "revocation_undone";
  return before.revokeMode === "all" && after.revokeMode !== "all" ? "revocation_undone" : null;
}

function couldSign(other: SigningKey, key: SigningKey, at: number): boolean {
  return other.purpose === key.purpose && other.revokedFrom === null && other.signFrom <= at && at < other.signUntil;
}
