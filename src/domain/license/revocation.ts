import { encodeBase64url } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { DAY } from "../time.ts";

/** What an entry names: a license with all its leases, one activation, one lease (README of revocation, The list). */
export const REVOCATION_KINDS = ["lic", "act", "jti"] as const;
export type RevocationKind = (typeof REVOCATION_KINDS)[number];

/** What happened to it. `changed` and `cleared` take nothing away: they ask for a refresh. */
export const REVOCATION_WHATS = ["revoked", "suspended", "evicted", "released", "changed", "cleared"] as const;
export type RevocationWhat = (typeof REVOCATION_WHATS)[number];

/** Why a right was taken, as far as strangers may read it. */
export const REVOCATION_REASONS = [
  "refund",
  "chargeback",
  "fraud",
  "terms",
  "payment",
  "owner",
  "operator",
  "order_cancelled",
  "other",
] as const;

/** The list is public: whatever else people wrote down as the reason stays with the license. */
export function publicReason(reason: string): (typeof REVOCATION_REASONS)[number] {
  return REVOCATION_REASONS.find((known) => known === reason) ?? "other";
}

/** One entry as it is kept; the list publishes `subject` only as a hash. */
export interface Revocation {
  readonly kind: RevocationKind;
  /** License id, activation id or jti. */
  readonly subject: string;
  readonly what: RevocationWhat;
  readonly reason: string;
  /** Unix seconds. */
  readonly at: number;
}

/** One entry as it is published: kind, id, at, what, reason. */
export type RevocationItem = readonly [RevocationKind, string, number, RevocationWhat, string];

export interface RevocationList {
  readonly issuer: string;
  /** Number of the newest entry; only grows. */
  readonly epoch: number;
  /** Entries up to this one were left out; 0 in a full list. */
  readonly since: number;
  readonly isFull: boolean;
  readonly issuedAt: number;
  /** A newer list is due. */
  readonly nextAt: number;
  readonly expiresAt: number;
  readonly items: readonly RevocationItem[];
}

export const LIST_AUDIENCE = "rbsm:revocations";
const LIST_NEXT = DAY;
const LIST_TTL = 7 * DAY;
/** A node lease and a day: nothing that an entry about a license hits online is unexpired later. */
export const ONLINE_TAIL = 8 * DAY;

/** base64url of the first 16 bytes of SHA-256(`rbsm-rl\0` kind `\0` subject): the list names nobody to those who cannot guess. */
export async function revocationId(kind: RevocationKind, subject: string): Promise<string> {
  return encodeBase64url((await sha256(`rbsm-rl\0${kind}\0${subject}`)).subarray(0, 16));
}

/** Entries as they are published, in the same order. */
export function itemsOf(entries: readonly Revocation[]): Promise<readonly RevocationItem[]> {
  return Promise.all(
    entries.map(
      async ({ kind, subject, at, what, reason }): Promise<RevocationItem> => [
        kind,
        await revocationId(kind, subject),
        at,
        what,
        reason,
      ],
    ),
  );
}

/** The claims of a list; the items are in the order of their epochs. */
export function listClaims(
  issuer: string,
  list: {
    readonly epoch: number;
    readonly since: number;
    readonly isFull: boolean;
    readonly items: readonly RevocationItem[];
  },
  now: number,
): JsonObject {
  return {
    iss: issuer,
    aud: LIST_AUDIENCE,
    tok: "revocations",
    v: 1,
    epoch: list.epoch,
    since: list.since,
    full: list.isFull,
    iat: now,
    next: now + LIST_NEXT,
    exp: now + LIST_TTL,
    items: list.items as readonly Json[],
  };
}

/** The list that verified claims are, or null where they are of another kind. */
export function readListClaims(claims: JsonObject): RevocationList | null {
  const { iss, aud, tok, v, epoch, since, full, iat, next, exp, items } = claims;
  if (v !== 1 || tok !== "revocations" || aud !== LIST_AUDIENCE || typeof iss !== "string") return null;
  if (![epoch, since, iat, next, exp].every((value) => Number.isSafeInteger(value) && (value as number) >= 0))
    return null;
  if (typeof full !== "boolean" || !Array.isArray(items) || !items.every(isItem)) return null;
  return {
    issuer: iss,
    epoch: epoch as number,
    since: since as number,
    isFull: full,
    issuedAt: iat as number,
    nextAt: next as number,
    expiresAt: exp as number,
    items: items as unknown as readonly RevocationItem[],
  };
}

/** What the entries about one subject come to for a statement made at `issuedAt`. */
export type Standing = "hit" | "refresh" | "untouched";

/**
 * Entries in the order of their epochs. What was revoked, evicted or released hits everything issued up to then; a
 * suspension is lifted by `cleared`; `changed` only asks for a refresh. An entry older than the statement says nothing.
 */
export function standingOf(entries: readonly RevocationItem[], issuedAt: number): Standing {
  let standing: Standing = "untouched";
  let isFinal = false;
  for (const [, , at, what] of entries) {
    if (at < issuedAt || isFinal) continue;
    if (what === "changed") standing = standing === "hit" ? "hit" : "refresh";
    else if (what === "cleared") standing = "refresh";
    else {
      standing = "hit";
      isFinal = what === "revoked";
    }
  }
  return standing;
}

function isItem(value: Json): boolean {
  if (!Array.isArray(value) || value.length !== 5) return false;
  const [kind, id, at, what, reason] = value;
  return (
    REVOCATION_KINDS.some((known) => known === kind) &&
    typeof id === "string" &&
    Number.isSafeInteger(at) &&
    REVOCATION_WHATS.some((known) => known === what) &&
    typeof reason === "string"
  );
}
