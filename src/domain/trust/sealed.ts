import { type Bytes, concatBytes, decodeHex, encodeHex, encodeUtf8 } from "../bytes.ts";
import { sha256, sha256Hex } from "../digest.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import type { TrustReason } from "./reasons.ts";

export const SEALED_OVERHEAD_BYTES = 80;
export const CONTENT_KEY_BYTES = 32;
export const SEAL_NONCE_BYTES = 12;

const HEADER_BYTES = 64;
const MAGIC = encodeUtf8("RBSMSEAL");
const VERSION = 1;
const AES_256_GCM = 1;

/** What the receipt says about a sealed file, and the statement about what is inside. */
export interface SealedExpectation {
  readonly statementSha256: string;
  /** Of the plain bundle, as the statement names it. */
  readonly bundle: { readonly size: number; readonly sha256: string };
  /** The receipt's `sealed`. */
  readonly sealed: { readonly size: number; readonly sha256: string; readonly commitment: string };
}

/** Hex SHA-256 that a content key is held to: one ciphertext must not open to two plaintexts under two keys. */
export async function commitmentOf(contentKey: Uint8Array): Promise<string> {
  return sha256Hex(concatBytes(encodeUtf8("rbsm-content-key/1\n"), contentKey));
}

/**
 * The sealed form of a bundle (README, Sealed bundles). Key and nonce are random and serve exactly one encryption; a retry
 * uses the file it made before.
 */
export async function sealBundle(
  plain: Uint8Array,
  contentKey: Uint8Array,
  nonce: Uint8Array,
  statementSha256: string,
): Promise<{ bytes: Bytes; sha256: string; size: number; commitment: string }> {
  const commitment = await commitmentOf(contentKey);
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  header.set([VERSION, AES_256_GCM], 8);
  new DataView(header.buffer).setUint32(12, plain.length, true);
  header.set(decodeHex(commitment) as Bytes, 16);
  header.set(nonce, 48);
  const cipher = await crypto.subtle.encrypt(
    parameters(header, statementSha256),
    await importKey(contentKey, "encrypt"),
    plain as Bytes,
  );
  const bytes = new Uint8Array(HEADER_BYTES + cipher.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(cipher), HEADER_BYTES);
  return { bytes, sha256: await sha256Hex(bytes), size: bytes.length, commitment };
}

/** Length → digest → header → commitment → decryption → length and digest of the plain bundle, which is then read strictly. */
export async function openSealed(
  bytes: Uint8Array,
  contentKey: Uint8Array,
  expected: SealedExpectation,
): Promise<Result<Bytes, Problem<TrustReason | "bundle_digest_mismatch">>> {
  const { sealed, bundle, statementSha256 } = expected;
  if (bytes.length !== sealed.size || bytes.length < SEALED_OVERHEAD_BYTES) return refuse({ reason: "sealed_length" });
  if ((await sha256Hex(bytes)) !== sealed.sha256)
    return refuse({ reason: "bundle_digest_mismatch", facts: { expected: sealed.sha256 } });
  const header = bytes.subarray(0, HEADER_BYTES);
  const misread = judgeHeader(header, bytes.length);
  if (misread !== null) return refuse({ reason: misread });
  const commitment = await commitmentOf(contentKey);
  if (commitment !== sealed.commitment || commitment !== encodeHex(header.subarray(16, 48)))
    return refuse({ reason: "sealed_commitment" });
  const plain = await decrypt(bytes, contentKey, statementSha256);
  if (plain === null) return refuse({ reason: "sealed_tag" });
  const isStated = plain.length === bundle.size && encodeHex(await sha256(plain)) === bundle.sha256;
  return isStated ? ok(plain) : refuse({ reason: "sealed_plaintext" });
}

function judgeHeader(
  header: Uint8Array,
  length: number,
): "sealed_header" | "sealed_algorithm" | "sealed_length" | null {
  if (!MAGIC.every((byte, i) => byte === header[i])) return "sealed_header";
  if (header[8] !== VERSION || header[9] !== AES_256_GCM) return "sealed_algorithm";
  const zeroes = [10, 11, 60, 61, 62, 63];
  if (zeroes.some((at) => header[at] !== 0)) return "sealed_header";
  const plainLength = new DataView(header.buffer, header.byteOffset).getUint32(12, true);
  return plainLength + SEALED_OVERHEAD_BYTES === length ? null : "sealed_length";
}

async function decrypt(bytes: Uint8Array, contentKey: Uint8Array, statementSha256: string): Promise<Bytes | null> {
  const header = bytes.subarray(0, HEADER_BYTES);
  const key = await importKey(contentKey, "decrypt");
  try {
    const plain = await crypto.subtle.decrypt(
      parameters(header, statementSha256),
      key,
      bytes.subarray(HEADER_BYTES) as Bytes,
    );
    return new Uint8Array(plain);
  } catch {
    return null;
  }
}

/** The statement is associated data: a ciphertext lent to another release does not open. */
function parameters(header: Uint8Array, statementSha256: string): { name: string; iv: Bytes; additionalData: Bytes } {
  const statement = decodeHex(statementSha256);
  if (statement === null) throw new Error("a statement digest is hex");
  const additionalData = concatBytes(encodeUtf8("rbsm-sealed/1\n"), header, statement);
  return { name: "AES-GCM", iv: header.slice(48, 60) as Bytes, additionalData };
}

function importKey(contentKey: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  if (contentKey.length !== CONTENT_KEY_BYTES) throw new Error("a content key has 32 bytes");
  return crypto.subtle.importKey("raw", contentKey as Bytes, "AES-GCM", false, [use]);
}
