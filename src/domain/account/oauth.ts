import { encodeBase64url } from "../bytes.ts";
import { sha256 } from "../digest.ts";
import { MINUTE } from "../time.ts";

/** Sign-in with another service by OAuth 2.0 with PKCE (RFC 7636, S256). What the browser keeps between its two halves. */
export interface OauthAttempt {
  readonly state: string;
  readonly verifier: string;
}
export const OAUTH_SECONDS = 10 * MINUTE;

const SHAPE = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

export function makeOauthAttempt(draw: (bytes: number) => Uint8Array): OauthAttempt {
  return { state: encodeBase64url(draw(32)), verifier: encodeBase64url(draw(32)) };
}

export async function codeChallenge({ verifier }: OauthAttempt): Promise<string> {
  return encodeBase64url(await sha256(verifier));
}

/** The attempt in a `Cookie` header, or null. */
export function readOauthCookie(header: string | null, origin: string): OauthAttempt | null {
  for (const part of header?.split(";") ?? []) {
    const [key, value] = part.trim().split("=", 2);
    const [, state, verifier] = (key === cookieName(origin) && SHAPE.exec(value ?? "")) || [];
    if (state !== undefined && verifier !== undefined) return { state, verifier };
  }
  return null;
}

export function writeOauthCookie(origin: string, attempt: OauthAttempt | null): string {
  const secure = origin.startsWith("https:") ? "; Secure" : "";
  const value = attempt === null ? "" : `${attempt.state}.${attempt.verifier}`;
  const age = attempt === null ? 0 : OAUTH_SECONDS;
  return `${cookieName(origin)}=${value}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure}`;
}

function cookieName(origin: string): string {
  return origin.startsWith("https:") ? "__Host-rbsm-oauth" : "rbsm_oauth";
}
