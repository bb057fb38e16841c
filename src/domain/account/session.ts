import { encodeBase64url } from "../bytes.ts";
import { DAY, MINUTE } from "../time.ts";
import { SCOPES, type Scope } from "./scopes.ts";

/** A browser's sign-in: 32 random bytes in a cookie, their SHA-256 in a row (README, Sessions). */
export const SIGN_IN_METHODS = ["passkey", "link", "recovery", "github"] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** A session that nobody uses ends after this. */
export const SESSION_SECONDS = 14 * DAY;
/** However much it is used, it ends this long after the sign-in. */
export const SESSION_LIFETIME_SECONDS = 90 * DAY;
/** Use is written down at most this often. */
export const SESSION_RENEWAL_SECONDS = DAY;
/** How long a passkey proof counts for what is dangerous. */
export const PROOF_SECONDS = 10 * MINUTE;

const SECRET = /^[A-Za-z0-9_-]{43}$/;

export function makeSessionSecret(draw: (bytes: number) => Uint8Array): string {
  return encodeBase64url(draw(32));
}

/** `__Host-` needs Secure, which browsers only agree on for https; on http://localhost the name is a plain one. */
export function sessionCookieName(origin: string): string {
  return origin.startsWith("https:") ? "__Host-rbsm" : "rbsm_session";
}

/** The secret in a `Cookie` header; null where none stands, or something that cannot be one. */
export function readSessionCookie(header: string | null, origin: string): string | null {
  const name = sessionCookieName(origin);
  for (const part of header?.split(";") ?? []) {
    const [key, value] = part.trim().split("=", 2);
    if (key === name && value !== undefined && SECRET.test(value)) return value;
  }
  return null;
}

/** `Set-Cookie` for a secret; null takes it away. */
export function writeSessionCookie(origin: string, secret: string | null): string {
  const secure = origin.startsWith("https:") ? "; Secure" : "";
  const age = secret === null ? 0 : SESSION_LIFETIME_SECONDS;
  return `${sessionCookieName(origin)}=${secret ?? ""}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
}

/** Everything a person may do; what belongs to whom is asked of memberships, desk rights are an operator's alone. */
export function sessionScopes(isOperator: boolean): readonly Scope[] {
  return isOperator ? SCOPES : SCOPES.filter((scope) => !scope.startsWith("desk:"));
}

/** Is a proof of that time still good? */
export function isFreshProof(provenAt: number | null, now: number): boolean {
  return provenAt !== null && now - provenAt <= PROOF_SECONDS && provenAt <= now;
}
