import { getPublicKeyAsync } from "@noble/ed25519";
import { type Bytes, encodeHex } from "../bytes.ts";
import { sha256 } from "../digest.ts";

/** An Ed25519 private key that can sign and name itself. */
export interface Ed25519Signer {
  /** 32 bytes. */
  publicKey(): Promise<Bytes>;
  keyId(): Promise<string>;
  /** 64 bytes. */
  sign(message: Uint8Array): Promise<Bytes>;
}

const PKCS8_PREFIX = "302e020100300506032b657004220420";

/** Key id: hex SHA-256 of the 32 public-key bytes. It explains, it never selects trust. */
export async function keyIdOf(publicKey: Uint8Array): Promise<string> {
  return encodeHex(await sha256(publicKey));
}

/** A signer over the 48 bytes of a PKCS#8 Ed25519 key; null when they are not one. */
export function createSigner(
  pkcs8: Uint8Array,
  nameKey: (publicKey: Uint8Array) => Promise<string> = keyIdOf,
): Ed25519Signer | null {
  if (pkcs8.length !== 48 || encodeHex(pkcs8.subarray(0, 16)) !== PKCS8_PREFIX) return null;
  const bytes = new Uint8Array(pkcs8) as Bytes;
  let key: Promise<CryptoKey> | undefined;
  let publicKey: Promise<Bytes> | undefined;
  const readPublicKey = () => {
    publicKey ??= getPublicKeyAsync(bytes.subarray(16)) as Promise<Bytes>;
    return publicKey;
  };
  return {
    publicKey: readPublicKey,
    keyId: async () => nameKey(await readPublicKey()),
    async sign(message) {
      key ??= crypto.subtle.importKey("pkcs8", bytes, { name: "Ed25519" }, false, ["sign"]);
      return new Uint8Array(await crypto.subtle.sign("Ed25519", await key, new Uint8Array(message)));
    },
  };
}

/** The PKCS#8 form of a 32-byte seed. */
export function pkcs8OfSeed(seed: Uint8Array): Bytes {
  const bytes = new Uint8Array(48);
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(PKCS8_PREFIX.slice(2 * i, 2 * i + 2), 16);
  bytes.set(seed, 16);
  return bytes;
}
