import { encodeBase64url, encodeUtf8 } from "../bytes.ts";
import type { Json } from "../json/json.ts";

/** JWS compact serialization (RFC 7515) of our claims; the header is always exactly `alg`, `kid`, `typ`. */
export function jwsInput(keyId: string, claims: { readonly [claim: string]: Json }): string {
  const header = JSON.stringify({ alg: "EdDSA", kid: keyId, typ: "JWT" });
  return `${encodeBase64url(encodeUtf8(header))}.${encodeBase64url(encodeUtf8(JSON.stringify(claims)))}`;
}

export function completeJws(input: string, signature: Uint8Array): string {
  return `${input}.${encodeBase64url(signature)}`;
}
