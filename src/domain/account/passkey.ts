import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../bytes.ts";
import { MINUTE } from "../time.ts";

/** Passkeys (WebAuthn Level 3): what both ceremonies ask for. The cryptography is the gateway's. */
export const CEREMONIES = ["register", "sign_in", "prove"] as const;
export type Ceremony = (typeof CEREMONIES)[number];

export const CHALLENGE_SECONDS = 5 * MINUTE;
export const MAX_PASSKEYS = 20;
export const MAX_PASSKEY_NAME = 60;

/** COSE: Ed25519, ES256, RS256. */
export const ALGORITHMS = [-8, -7, -257] as const;

export interface KnownCredential {
  readonly credentialId: string;
  readonly transports: readonly string[];
}

/** `PublicKeyCredentialCreationOptionsJSON`: a discoverable credential that verifies its person; no attestation. */
export function creationOptions(
  relyingParty: { readonly id: string; readonly name: string },
  account: { readonly id: string; readonly label: string },
  challenge: string,
  known: readonly KnownCredential[],
) {
  return {
    rp: relyingParty,
    user: { id: userHandle(account.id), name: account.label, displayName: account.label },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key" as const, alg })),
    timeout: CHALLENGE_SECONDS * 1000,
    excludeCredentials: known.map(describe),
    authenticatorSelection: {
      residentKey: "required" as const,
      requireResidentKey: true,
      userVerification: "required" as const,
    },
    attestation: "none" as const,
  };
}

/** `PublicKeyCredentialRequestOptionsJSON`; no list at sign-in: the browser offers what it has, and nobody learns who has an account. */
export function requestOptions(relyingPartyId: string, challenge: string, known: readonly KnownCredential[]) {
  return {
    rpId: relyingPartyId,
    challenge,
    timeout: CHALLENGE_SECONDS * 1000,
    allowCredentials: known.map(describe),
    userVerification: "required" as const,
  };
}

/** The challenge a browser answered, out of `clientDataJSON`; null where that is none. It is only looked up, never believed. */
export function answeredChallenge(clientDataJson: string): string | null {
  const bytes = decodeBase64url(clientDataJson);
  if (bytes === null) return null;
  try {
    const { challenge } = JSON.parse(new TextDecoder().decode(bytes)) as { challenge?: unknown };
    return typeof challenge === "string" && /^[A-Za-z0-9_-]{43}$/.test(challenge) ? challenge : null;
  } catch {
    return null;
  }
}

/** Base64url; names the account to the authenticator and nobody to anybody else. */
export function userHandle(accountId: string): string {
  return encodeBase64url(encodeUtf8(`rbsm-account-${accountId}`));
}

function describe({ credentialId, transports }: KnownCredential) {
  return { type: "public-key" as const, id: credentialId, transports };
}
