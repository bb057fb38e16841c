import { decodeBase64url } from "../bytes.ts";
import { parseJson } from "../json/strict.ts";
import { MINUTE } from "../time.ts";
import { openCompact } from "../trust/jws.ts";
import { deviceThumbprint } from "./device-key.ts";

/** How far the time of a proof may be from our clock. */
export const PROOF_WINDOW = 5 * MINUTE;
const NONCE = /^[A-Za-z0-9_-]{22,43}$/;
const MAX_PROOF_BYTES = 4096;

/** A proof that held: whose key signed this very request. */
export interface DeviceProof {
  /** RFC 7638 thumbprint. */
  readonly jkt: string;
  readonly nonce: string;
}

/** The request a proof must be about. */
export interface ProvenRequest {
  readonly method: string;
  /** Origin and path, without a query. */
  readonly url: string;
  /** Of the body; undefined where there is none: then any nonce of the right form is fresh. */
  readonly nonce: string | undefined;
  /** base64url SHA-256 of the raw body, of no bytes where there is none. */
  readonly requestHash: string;
}

/** Why a proof does not hold, in the order it is looked at. */
export type ProofFault = "malformed" | "key" | "signature" | "request" | "nonce" | "time";

/**
 * A JWS by the device's key over {htm, htu, iat, nonce, rqh} (README, Device proof), its public key in the header as `jwk`
 * (RFC 9449 does the same). The header holds alg, typ and jwk alone; small-order and mixed-order keys are refused, since
 * with them one signature fits many messages. A proof says which key was there; the caller says which one had to be.
 */
export async function readDeviceProof(
  token: string,
  request: ProvenRequest,
  now: number,
): Promise<DeviceProof | ProofFault> {
  const header = token.length > MAX_PROOF_BYTES ? null : readHeader(token);
  if (header === null) return "malformed";
  const jkt = await deviceThumbprint({ kty: "OKP", crv: "Ed25519", x: header.x });
  const publicKey = decodeBase64url(header.x);
  if (jkt === null || publicKey === null) return "key";
  const payload = await openCompact(token, header.text, publicKey);
  if (payload === null) return "signature";
  const claims = objectOf(payload);
  if (claims === null || "tok" in claims) return "malformed";
  const { htm, htu, iat, nonce, rqh } = claims;
  if (htm !== request.method || htu !== request.url || rqh !== request.requestHash) return "request";
  if (typeof nonce !== "string" || !NONCE.test(nonce)) return "nonce";
  if (request.nonce !== undefined && nonce !== request.nonce) return "nonce";
  if (typeof iat !== "number" || Math.abs(now - iat) > PROOF_WINDOW) return "time";
  return { jkt, nonce };
}

/** The text of the header and the point in it. */
function readHeader(token: string): { readonly text: string; readonly x: string } | null {
  const bytes = decodeBase64url(token.slice(0, Math.max(token.indexOf("."), 0)));
  const header = bytes === null ? null : objectOf(bytes);
  if (bytes === null || header === null) return null;
  const { alg, typ, jwk, ...rest } = header;
  if (alg !== "EdDSA" || typ !== "JWT" || Object.keys(rest).length > 0) return null;
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) return null;
  const { kty, crv, x, ...more } = jwk as { readonly [member: string]: unknown };
  if (kty !== "OKP" || crv !== "Ed25519" || typeof x !== "string" || Object.keys(more).length > 0) return null;
  return { text: new TextDecoder().decode(bytes), x };
}

function objectOf(bytes: Uint8Array): { readonly [member: string]: unknown } | null {
  const parsed = parseJson(bytes, { maxDepth: 4, numbers: "any" });
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value))
    return null;
  return parsed.value as { readonly [member: string]: unknown };
}
