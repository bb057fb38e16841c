import { type Bytes, decodeBase64url, encodeBase64url, encodeUtf8, equalBytes } from "../bytes.ts";
import type { JsonObject } from "../json/json.ts";
import { parseJson } from "../json/strict.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { SIGNATURE_BYTES, verifyEd25519 } from "./ed25519.ts";
import type { TrustReason } from "./reasons.ts";
import type { Ed25519Signer } from "./signer.ts";

/** A key that may have signed a token: `x` of its JWK, by `kid`. */
export interface JwsKey {
  readonly kid: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface OpenedJws {
  readonly kid: string;
  readonly claims: JsonObject;
}

const MAX_DEPTH = 16;
const MAX_TOKEN_LENGTH = 65_536;
const KID = /^\{"alg":"EdDSA","kid":"([A-Za-z0-9._-]{1,100})","typ":"JWT"\}$/;

/** A compact JWS (RFC 7515, RFC 8037) whose header is exactly `{"alg":"EdDSA","kid":…,"typ":"JWT"}`. */
export async function signJws(
  claims: { readonly [claim: string]: unknown },
  signer: Pick<Ed25519Signer, "keyId" | "sign">,
): Promise<string> {
  const signed = `${encodeText(headerOf(await signer.keyId()))}.${encodeText(JSON.stringify(claims))}`;
  return `${signed}.${encodeBase64url(await signer.sign(encodeUtf8(signed)))}`;
}

/**
 * The claims of a token one of the keys signed. Three canonical unpadded base64url parts, that one header and no other
 * member, strict JSON. `kid` selects among the keys handed in; `key_unknown` means "fetch the key set once, then judge".
 */
export async function openJws(
  token: string,
  keys: readonly JwsKey[],
  /** Characters; more are not looked at. */
  maxLength = MAX_TOKEN_LENGTH,
): Promise<
  Result<
    OpenedJws,
    Problem<Extract<TrustReason, "document_malformed" | "signature_malformed" | "signature_invalid" | "key_unknown">>
  >
> {
  const parts = splitCompact(token, maxLength);
  const kid = parts && KID.exec(parts.header)?.[1];
  if (!parts || !kid) return refuse({ reason: "document_malformed" });
  if (parts.signature.length !== SIGNATURE_BYTES) return refuse({ reason: "signature_malformed" });
  const key = keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) return refuse({ reason: "key_unknown", facts: { kid } });
  if (!(await verifyEd25519(key.publicKey, parts.signature, parts.signed)))
    return refuse({ reason: "signature_invalid" });
  const claims = readClaims(parts.payload);
  return claims === null ? refuse({ reason: "document_malformed" }) : ok({ kid, claims });
}

/**
 * The claims of a token that this very signer signed, or null. Ed25519 is deterministic (RFC 8032, 5.1.6): whoever holds the
 * key recognizes its own signature by making it once more, for a third of what verifying costs. The signature that is made
 * is compared in constant time and shown to nobody.
 */
export async function openOwnJws(
  token: string,
  signer: Pick<Ed25519Signer, "keyId" | "sign">,
): Promise<JsonObject | null> {
  const parts = splitCompact(token);
  if (parts === null || parts.header !== headerOf(await signer.keyId())) return null;
  if (!equalBytes(await signer.sign(parts.signed), parts.signature)) return null;
  return readClaims(parts.payload);
}

function readClaims(payload: Bytes): JsonObject | null {
  const claims = parseJson(payload, { maxDepth: MAX_DEPTH, numbers: "any" });
  if (!claims.ok || claims.value === null || typeof claims.value !== "object" || Array.isArray(claims.value))
    return null;
  return claims.value as JsonObject;
}

/** The payload bytes of a compact JWS with exactly this header text, or null. For tokens that are not ours to shape. */
export async function openCompact(token: string, header: string, publicKey: Uint8Array): Promise<Bytes | null> {
  const parts = splitCompact(token);
  if (parts === null || parts.header !== header) return null;
  return (await verifyEd25519(publicKey, parts.signature, parts.signed)) ? parts.payload : null;
}

interface CompactParts {
  readonly header: string;
  readonly payload: Bytes;
  readonly signature: Bytes;
  /** What was signed. */
  readonly signed: Bytes;
}

/** One spelling per token: padding, white space, spare bits and a fourth part are all refused. */
function splitCompact(token: string, maxLength = MAX_TOKEN_LENGTH): CompactParts | null {
  if (token.length > maxLength) return null;
  const texts = token.split(".");
  if (texts.length !== 3) return null;
  const [header, payload, signature] = texts.map(decodeBase64url);
  if (!header || !payload || !signature || header.length === 0) return null;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    return null;
  }
  return { header: text, payload, signature, signed: encodeUtf8(`${texts[0]}.${texts[1]}`) };
}

function headerOf(kid: string): string {
  return JSON.stringify({ alg: "EdDSA", kid, typ: "JWT" });
}

function encodeText(text: string): string {
  return encodeBase64url(encodeUtf8(text));
}
