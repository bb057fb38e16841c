import { Point, verifyAsync } from "@noble/ed25519";
import type { Bytes } from "../bytes.ts";
import { encodeHex } from "../bytes.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/**
 * Strict Ed25519 (README, Signatures): 32-byte key and 64-byte signature, S < L, key and R canonical and not of small
 * order, then the cofactorless equation, which WebCrypto decides. Engines throw or answer false on odd lengths; here both
 * are `signature_malformed`.
 */
export async function checkSignature(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): Promise<Result<true, Problem<"signature_malformed" | "signature_invalid">>> {
  if (signature.length !== SIGNATURE_BYTES) return refuse({ reason: "signature_malformed" });
  return (await verifyEd25519(publicKey, signature, message)) ? ok(true) : refuse({ reason: "signature_invalid" });
}

/** The same as a yes or no. */
export async function verifyEd25519(
  publicKey: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
  engine: Engine = webCryptoVerify,
): Promise<boolean> {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  const r = signature.subarray(0, 32);
  if (!isCanonicalPoint(publicKey) || !isCanonicalPoint(r)) return false;
  if (isSmallOrder(publicKey) || isSmallOrder(r)) return false;
  if (!isBelow(signature.subarray(32), L)) return false;
  return engine(publicKey, signature, message);
}

export type Engine = (publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array) => Promise<boolean>;

/** A browser or runtime without Ed25519 throws on import; only then does noble decide. */
async function webCryptoVerify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  let key: CryptoKey;
  try {
    key = await keptKey(publicKey);
  } catch {
    return nobleVerify(publicKey, signature, message);
  }
  return crypto.subtle.verify("Ed25519", key, copy(signature), copy(message));
}

const MAX_KEPT_KEYS = 200;
const keptKeys = new Map<string, CryptoKey>();

/** A handful of keys sign nearly everything; reading one in costs half of what verifying does. */
async function keptKey(publicKey: Uint8Array): Promise<CryptoKey> {
  const name = encodeHex(publicKey);
  const kept = keptKeys.get(name);
  if (kept !== undefined) return kept;
  const key = await crypto.subtle.importKey("raw", copy(publicKey), { name: "Ed25519" }, false, ["verify"]);
  if (keptKeys.size >= MAX_KEPT_KEYS) keptKeys.delete(keptKeys.keys().next().value as string);
  keptKeys.set(name, key);
  return key;
}

/**
 * noble's equation has the cofactor in it. With key and R both free of torsion the two equations are the same; keys with
 * torsion are never enrolled, so refusing them here loses nothing.
 */
export async function nobleVerify(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  try {
    if (!Point.fromBytes(publicKey, false).isTorsionFree()) return false;
    if (!Point.fromBytes(signature.subarray(0, 32), false).isTorsionFree()) return false;
    return await verifyAsync(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** y < 2²⁵⁵−19 with the sign bit masked, and no sign on x = 0. Says nothing about lying on the curve. */
export function isCanonicalPoint(encoded: Uint8Array): boolean {
  const y = copy(encoded);
  const sign = (y[31] as number) >> 7;
  y[31] = (y[31] as number) & 0x7f;
  if (!isBelow(y, P)) return false;
  return sign === 0 || !X_ZERO.has(encodeHex(y));
}

/** One of the eight points of order 1, 2, 4 or 8, by its canonical encoding. */
export function isSmallOrder(encoded: Uint8Array): boolean {
  return SMALL_ORDER.has(encodeHex(encoded));
}

/** Little-endian comparison. */
function isBelow(number: Uint8Array, bound: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const difference = (number[i] as number) - (bound[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function copy(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

function littleEndian(hex: string): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

const P = littleEndian(`edff${"ff".repeat(29)}7f`);
const L = littleEndian(`edd3f55c1a631258d69cf7a2def9de14${"00".repeat(15)}10`);
const ONE = `01${"00".repeat(31)}`;
const MINUS_ONE = `ecff${"ff".repeat(29)}7f`;
const X_ZERO: ReadonlySet<string> = new Set([ONE, MINUS_ONE]);
const SMALL_ORDER: ReadonlySet<string> = new Set([
  ONE,
  MINUS_ONE,
  "00".repeat(32),
  `${"00".repeat(31)}80`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]);
