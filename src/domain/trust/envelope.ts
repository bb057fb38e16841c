import * as z from "zod";
import { type Bytes, concatBytes, decodeBase64url, decodeHex, encodeBase64url, encodeUtf8 } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import { canonicalBytes } from "../json/canonical.ts";
import type { JsonObject } from "../json/json.ts";
import { parseJson } from "../json/strict.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { checkSignature, SIGNATURE_BYTES } from "./ed25519.ts";
import type { TrustReason } from "./reasons.ts";
import type { Ed25519Signer } from "./signer.ts";

/** A signed document: `payload` is base64url of canonical JSON, signed with its own `type` and a newline before it. */
export interface Envelope {
  readonly payload: string;
  readonly signatures: readonly { readonly keyId: string; readonly sig: string }[];
}

export const DOCUMENT_TYPES = [
  "rbsm-release-statement/1",
  "rbsm-release-receipt/1",
  "rbsm-revocations/1",
  "rbsm-key-proof/1",
  "rbsm-key-event/1",
  "rbsm-key-release/1",
] as const;
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

/** A key a verifier was handed. The id in a document explains; it never selects trust. */
export interface TrustedKey {
  readonly keyId: string;
  /** Hex, 32 bytes. */
  readonly publicKey: string;
}

export interface OpenedEnvelope {
  readonly payload: JsonObject;
  /** Hex SHA-256 of the payload bytes: the identity of the document. */
  readonly sha256: string;
  readonly size: number;
  readonly keyId: string;
  readonly signature: Bytes;
  /** Hex SHA-256 of the 64 signature bytes. */
  readonly signatureSha256: string;
}

const SHAPE = z.strictObject({
  payload: z.string(),
  signatures: z.tuple([z.strictObject({ keyId: z.string().regex(/^[0-9a-f]{64}$/), sig: z.string() })]),
});
const MAX_DEPTH = 16;
const MAX_PAYLOAD_BYTES = 524_288;

/** Signs a document whose `type` is one of ours. */
export async function sealEnvelope(
  payload: JsonObject & { readonly type: DocumentType },
  signer: Pick<Ed25519Signer, "keyId" | "sign">,
): Promise<Envelope> {
  const bytes = canonicalBytes(payload);
  const sig = await signer.sign(signedBytes(payload.type, bytes));
  return { payload: encodeBase64url(bytes), signatures: [{ keyId: await signer.keyId(), sig: encodeBase64url(sig) }] };
}

/**
 * Reads a signed document of the expected type: the received bytes are verified first, then parsed strictly, then held to
 * canonical form and type. Nothing is re-serialised to verify it.
 */
export async function openEnvelope(
  envelope: unknown,
  type: DocumentType,
  keys: readonly TrustedKey[],
): Promise<Result<OpenedEnvelope, Problem<TrustReason>>> {
  const taken = takeApart(envelope);
  if (!taken.ok) return taken;
  const { bytes, keyId, signature } = taken.value;

  const key = keys.find((candidate) => candidate.keyId === keyId);
  const publicKey = key && decodeHex(key.publicKey);
  if (!publicKey) return refuse({ reason: "key_unknown", facts: { keyId } });
  const verdict = await checkSignature(publicKey, signature, signedBytes(type, bytes));
  if (!verdict.ok) return nameAnotherType(bytes, type) ?? verdict;

  const payload = readPayload(bytes);
  if (!payload.ok) return payload;
  if (payload.value.type !== type) return refuse({ reason: "document_type", facts: { expected: type } });
  const [sha256, signatureSha256] = await Promise.all([sha256Hex(bytes), sha256Hex(signature)]);
  return ok({ payload: payload.value, sha256, size: bytes.length, keyId, signature, signatureSha256 });
}

/** The payload of a well-formed envelope *before* anything is verified: to find out which key to ask for, never to act on. */
export function peekPayload(envelope: unknown): Result<JsonObject, Problem<TrustReason>> {
  const taken = takeApart(envelope);
  return taken.ok ? readPayload(taken.value.bytes) : taken;
}

export function signedBytes(type: string, payload: Uint8Array): Bytes {
  return concatBytes(encodeUtf8(`${type}\n`), payload);
}

interface Parts {
  readonly bytes: Bytes;
  readonly keyId: string;
  readonly signature: Bytes;
}

function takeApart(envelope: unknown): Result<Parts, Problem<TrustReason>> {
  const shape = SHAPE.safeParse(envelope);
  const bytes = shape.success ? decodeBase64url(shape.data.payload) : null;
  if (!shape.success || bytes === null || bytes.length > MAX_PAYLOAD_BYTES)
    return refuse({ reason: "document_malformed" });
  const { keyId, sig } = shape.data.signatures[0];
  const signature = decodeBase64url(sig);
  if (signature === null || signature.length !== SIGNATURE_BYTES) return refuse({ reason: "signature_malformed" });
  return ok({ bytes, keyId, signature });
}

function readPayload(bytes: Bytes): Result<JsonObject, Problem<TrustReason>> {
  const parsed = parseJson(bytes, { maxDepth: MAX_DEPTH, numbers: "integer" });
  if (!parsed.ok) return refuse({ reason: "document_malformed", facts: { why: parsed.problem.reason } });
  const { value } = parsed;
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return refuse({ reason: "document_malformed" });
  const canonical = canonicalBytes(value);
  if (canonical.length !== bytes.length || !canonical.every((byte, i) => byte === bytes[i]))
    return refuse({ reason: "document_malformed", facts: { why: "json_not_canonical" } });
  return ok(value as JsonObject);
}

/** A document of another kind offered here is named as that; it is refused either way. */
function nameAnotherType(bytes: Bytes, expected: DocumentType): ReturnType<typeof refuse<Problem<TrustReason>>> | null {
  const payload = readPayload(bytes);
  const isAnother =
    payload.ok && payload.value.type !== expected && DOCUMENT_TYPES.some((type) => type === payload.value.type);
  return isAnother ? refuse({ reason: "document_type", facts: { expected } }) : null;
}
