import { decodeBase64url, encodeHex } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import type { Json, JsonObject } from "../json/json.ts";
import { DAY } from "../time.ts";
import { openJws } from "../trust/jws.ts";

/** What a key signs (KEYS.md): online leases, verdicts and commands; offline files; the revocation list. */
export const KEY_PURPOSES = ["lease", "offline", "list"] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** `all`: nothing the key ever signed counts. `after`: nothing it signed from `revokedFrom` on. */
export const REVOKE_MODES = ["all", "after"] as const;
export type RevokeMode = (typeof REVOKE_MODES)[number];

export interface SigningKey {
  readonly kid: string;
  readonly purpose: KeyPurpose;
  /** base64url of the 32 bytes. */
  readonly x: string;
  /** Unix seconds, as all times here. The key signs in [signFrom, signUntil). */
  readonly signFrom: number;
  readonly signUntil: number;
  /** From here on what it signed is `SIGNER_RETIRED`. */
  readonly verifyUntil: number;
  readonly revokedFrom: number | null;
  readonly revokeMode: RevokeMode | null;
}

export interface Keyset {
  readonly issuer: string;
  readonly version: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly keys: readonly SigningKey[];
}

export const KEYSET_AUDIENCE = "rbsm:keyset";
export const KEYSET_TTL = 30 * DAY;
/** A key is published this long before it first signs, so that nobody meets a stranger. */
export const PUBLISH_BEFORE_USE = 2 * DAY;
export const LONGEST_SIGNING = { lease: 90 * DAY, offline: 180 * DAY, list: 180 * DAY } as const;
/** What a key signed last outlives its signing by at most this. */
export const VERIFY_TAIL = { lease: 8 * DAY, offline: 366 * DAY, list: 366 * DAY } as const;
/** The private half is destroyed this long after the last signature. */
export const DESTROY_AFTER = DAY;

const LETTER = { lease: "l", offline: "o", list: "v" } as const;
const KID = /^[A-Za-z0-9._-]{1,64}$/;
/** Root keys by their kid: how a root is pinned. */
export interface RootKey {
  readonly kid: string;
  /** base64url of the 32 bytes. */
  readonly x: string;
}

/** `l-`, `o-` or `v-` by purpose, `r-` for roots, and the first 16 hex digits of the key's SHA-256. */
export async function kidOf(purpose: KeyPurpose | "root", publicKey: Uint8Array): Promise<string> {
  const letter = purpose === "root" ? "r" : LETTER[purpose];
  return `${letter}-${encodeHex(await sha256(publicKey)).slice(0, 16)}`;
}

/** The claims of a key-set document. */
export function keysetClaims(keyset: Omit<Keyset, "expiresAt">): JsonObject {
  return {
    iss: keyset.issuer,
    aud: KEYSET_AUDIENCE,
    tok: "keyset",
    v: 1,
    version: keyset.version,
    iat: keyset.issuedAt,
    exp: keyset.issuedAt + KEYSET_TTL,
    keys: keyset.keys.map(
      (key): JsonObject => ({
        kid: key.kid,
        purpose: key.purpose,
        x: key.x,
        sign_from: key.signFrom,
        sign_until: key.signUntil,
        verify_until: key.verifyUntil,
        ...(key.revokedFrom === null ? {} : { revoked_from: key.revokedFrom }),
        ...(key.revokeMode === null ? {} : { revoke_mode: key.revokeMode }),
      }),
    ),
  };
}

/** A document that one of the pinned roots signed; null for anything else. Whether it is newer is judged elsewhere. */
export async function openKeyset(
  document: string,
  roots: readonly RootKey[],
): Promise<{ readonly rootKid: string; readonly keyset: Keyset } | null> {
  const keys = roots.flatMap(({ kid, x }) => {
    const publicKey = decodeBase64url(x);
    return publicKey?.length === 32 ? [{ kid, publicKey }] : [];
  });
  const opened = await openJws(document, keys);
  if (!opened.ok) return null;
  const keyset = readKeysetClaims(opened.value.claims);
  return keyset === null ? null : { rootKid: opened.value.kid, keyset };
}

export function readKeysetClaims(claims: JsonObject): Keyset | null {
  const { iss, aud, tok, v, version, iat, exp, keys } = claims;
  if (v !== 1 || tok !== "keyset" || aud !== KEYSET_AUDIENCE || typeof iss !== "string" || !Array.isArray(keys))
    return null;
  if (!isTime(version) || !isTime(iat) || !isTime(exp) || version === 0) return null;
  const read = keys.map(readKey);
  if (read.some((key) => key === null)) return null;
  return { issuer: iss, version, issuedAt: iat, expiresAt: exp, keys: read as readonly SigningKey[] };
}

function readKey(value: Json): SigningKey | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { kid, purpose, x, sign_from, sign_until, verify_until, revoked_from, revoke_mode } = value as JsonObject;
  const known = KEY_PURPOSES.find((name) => name === purpose);
  const mode = revoke_mode === undefined ? null : REVOKE_MODES.find((name) => name === revoke_mode);
  if (known === undefined || mode === undefined || typeof kid !== "string" || !KID.test(kid)) return null;
  if (typeof x !== "string" || decodeBase64url(x)?.length !== 32) return null;
  if (!isTime(sign_from) || !isTime(sign_until) || !isTime(verify_until)) return null;
  if (revoked_from !== undefined && !isTime(revoked_from)) return null;
  if ((revoked_from === undefined) !== (mode === null)) return null;
  return {
    kid,
    purpose: known,
    x,
    signFrom: sign_from,
    signUntil: sign_until,
    verifyUntil: verify_until,
    revokedFrom: revoked_from ?? null,
    revokeMode: mode,
  };
}

/** The key that signs for a purpose now: of those in their period and not revoked, the one that began last. */
export function signingKeyAt(keys: readonly SigningKey[], purpose: KeyPurpose, now: number): SigningKey | null {
  const usable = keys.filter(
    (key) => key.purpose === purpose && key.revokedFrom === null && key.signFrom <= now && now < key.signUntil,
  );
  return usable.reduce<SigningKey | null>(
    (best, key) => (best === null || key.signFrom > best.signFrom ? key : best),
    null,
  );
}

/** Published and neither retired nor revoked: what the JWKS lists. */
export function isListed(key: SigningKey, now: number): boolean {
  return key.revokedFrom === null && now < key.verifyUntil;
}

/** What a statement of this key, issued at `issuedAt`, is worth now. */
export function judgeSigner(
  key: SigningKey,
  purpose: KeyPurpose,
  issuedAt: number,
  now: number,
): "ok" | "SIGNER_RETIRED" | "SIGNER_REVOKED" | "SIGNATURE_INVALID" {
  if (key.purpose !== purpose) return "SIGNATURE_INVALID";
  if (key.revokedFrom !== null && (key.revokeMode === "all" || issuedAt >= key.revokedFrom)) return "SIGNER_REVOKED";
  return now >= key.verifyUntil ? "SIGNER_RETIRED" : "ok";
}

/** RFC 7517, with the purpose as `rbsm_purpose`. */
export function jwkOf({ kid, x, purpose }: Pick<SigningKey, "kid" | "x" | "purpose">) {
  return { kty: "OKP", crv: "Ed25519", x, kid, use: "sig", alg: "EdDSA", rbsm_purpose: purpose } as const;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Pinned roots out of their public keys, base64url, separated by commas. Anything else in the text is a defect. */
export async function readRoots(text: string): Promise<readonly RootKey[]> {
  const keys = text.split(",").filter((x) => x.trim() !== "");
  return Promise.all(
    keys.map(async (spelled) => {
      const x = spelled.trim();
      const publicKey = decodeBase64url(x);
      if (publicKey?.length !== 32) throw new Error("a license root is 32 bytes in base64url");
      return { kid: await kidOf("root", publicKey), x };
    }),
  );
}
