import { Point } from "@noble/ed25519";
import { encodeHex } from "../bytes.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { isCanonicalPoint, PUBLIC_KEY_BYTES } from "./ed25519.ts";
import type { TrustReason } from "./reasons.ts";
import { keyIdOf } from "./signer.ts";

export type KeyReason = Extract<
  TrustReason,
  "key_length" | "key_not_canonical" | "key_not_on_curve" | "key_small_order" | "key_mixed_order" | "key_test_vector"
>;

/**
 * The enrolment checks on the bytes of a public key (README, Enrolment 1–7), in that order. WebCrypto imports keys that
 * fail them: with a small-order key one signature fits any message.
 */
export async function checkPublicKey(key: Uint8Array): Promise<Result<{ keyId: string }, Problem<KeyReason>>> {
  const problem = pointProblem(key);
  if (problem !== null) return refuse({ reason: problem });
  if (TEST_KEYS.has(encodeHex(key))) return refuse({ reason: "key_test_vector" });
  return ok({ keyId: await keyIdOf(key) });
}

/** The same without the list of published keys: what makes a point usable at all. */
export function pointProblem(key: Uint8Array): Exclude<KeyReason, "key_test_vector"> | null {
  if (key.length !== PUBLIC_KEY_BYTES) return "key_length";
  if (!isCanonicalPoint(key)) return "key_not_canonical";
  let point: Point;
  try {
    point = Point.fromBytes(key, false);
  } catch {
    return "key_not_on_curve";
  }
  // The identity is torsion-free by the letter: order first.
  if (point.isSmallOrder()) return "key_small_order";
  return point.isTorsionFree() ? null : "key_mixed_order";
}

/** Keys whose private halves stand in RFCs, test suites and our own documents. */
const TEST_KEYS: ReadonlySet<string> = new Set([
  "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", // seed 00 01 … 1f
  "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7", // seed 20 21 … 3f
  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", // RFC 8032 test 1, RFC 8037
  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", // RFC 8032 test 2
  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", // RFC 8032 test 3
  "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e", // RFC 8032 test 1024
  "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", // RFC 8032 test SHA(abc)
  "7d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa", // Wycheproof
  "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29", // seed of zeroes
]);
