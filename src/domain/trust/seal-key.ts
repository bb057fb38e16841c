import { decodeBase64url, encodeHex } from "../bytes.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";

/** The 32 bytes of an X25519 public key, or why no content key is ever wrapped to it. */
export function checkSealKey(key: Uint8Array): Problem<"device_key_invalid"> | null {
  if (key.length !== 32) return { reason: "device_key_invalid", facts: { why: "length" } };
  // u ≥ 2²⁵⁵−19, or the bit that implementations mask: two spellings of one key.
  if (!isCanonical(key)) return { reason: "device_key_invalid", facts: { why: "not_canonical" } };
  // Whatever the other side's secret is, the shared one is zero: anybody could unwrap.
  return SMALL_ORDER.has(encodeHex(key)) ? { reason: "device_key_invalid", facts: { why: "small_order" } } : null;
}

/** The public X25519 key of a JWK (RFC 8037). */
export function readSealKey(jwk: { readonly x: string }): Result<Uint8Array, Problem<"device_key_invalid">> {
  const key = decodeBase64url(jwk.x) ?? new Uint8Array();
  const problem = checkSealKey(key);
  return problem === null ? ok(key) : refuse(problem);
}

function isCanonical(key: Uint8Array): boolean {
  if ((key[31] as number) > 0x7f) return false;
  if ((key[31] as number) < 0x7f || key.subarray(1, 31).some((byte) => byte !== 0xff)) return true;
  return (key[0] as number) < 0xed;
}

/** u of the points of order 1, 2, 4 and 8, on the curve and on its twist (RFC 7748, section 6.1). */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  `ecff${"ff".repeat(29)}7f`,
]);
