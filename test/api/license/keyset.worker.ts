import { decodeHex, encodeBase64url } from "../../../src/domain/bytes.ts";
import {
  type KeyPurpose,
  keysetClaims,
  kidOf,
  LONGEST_SIGNING,
  type SigningKey,
  VERIFY_TAIL,
} from "../../../src/domain/license/keyset.ts";
import { signJws } from "../../../src/domain/trust/jws.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { nowSeconds } from "../../clock.ts";

export const ORIGIN = "http://localhost:8787";

/** The signer of a seed that is one byte again and again, as the secrets of the tests are. */
export function signerOf(seed: string, purpose: KeyPurpose | "root") {
  const bytes = decodeHex(seed.repeat(32));
  const signer = bytes === null ? null : createSigner(pkcs8OfSeed(bytes), (key) => kidOf(purpose, key));
  if (signer === null) throw new Error("no seed");
  return signer;
}

/** A key that signs from `from` on for as long as it may, unless `over` says otherwise. */
export async function keyOf(
  seed: string,
  purpose: KeyPurpose,
  from: number,
  over: Partial<SigningKey> = {},
): Promise<SigningKey> {
  const publicKey = await signerOf(seed, purpose).publicKey();
  const signUntil = over.signUntil ?? from + LONGEST_SIGNING[purpose];
  return {
    kid: await kidOf(purpose, publicKey),
    purpose,
    x: encodeBase64url(publicKey),
    signFrom: from,
    signUntil,
    verifyUntil: signUntil + VERIFY_TAIL[purpose],
    revokedFrom: null,
    revokeMode: null,
    ...over,
  };
}

/** A document as the root of the seed signs it now. */
export async function documentOf(
  version: number,
  keys: readonly SigningKey[],
  over: { readonly root?: string; readonly issuer?: string; readonly issuedAt?: number } = {},
): Promise<string> {
  const { root = "c5", issuer = ORIGIN, issuedAt = nowSeconds() } = over;
  return signJws(keysetClaims({ issuer, version, issuedAt, keys }), signerOf(root, "root"));
}
