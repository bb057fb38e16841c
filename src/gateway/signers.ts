import { createSigner, type Ed25519Signer, keyIdOf } from "../domain/trust/signer.ts";
import type { Signer } from "../market/ports.ts";

const signers = new Map<string, Ed25519Signer>();

/** The receipt key; its id is the hex SHA-256 of the public key. */
export function createReceiptSigner(pkcs8: string | undefined): Signer {
  return openKey("receipt", pkcs8, keyIdOf);
}

/** The lease key; its `kid` is `l-` and the first 16 hex digits of the same digest. */
export function createLeaseSigner(pkcs8: string | undefined): Signer {
  return openKey("lease", pkcs8, async (publicKey) => `l-${(await keyIdOf(publicKey)).slice(0, 16)}`);
}

/** Base64 PKCS#8, read once per isolate. Without a key every use throws: nothing leaves unsigned. */
function openKey(
  purpose: string,
  pkcs8: string | undefined,
  nameKey: (publicKey: Uint8Array) => Promise<string>,
): Signer {
  if (!pkcs8) return absentKey(purpose);
  const name = `${purpose}\n${pkcs8}`;
  const kept = signers.get(name);
  if (kept !== undefined) return kept;
  const bytes = Uint8Array.from(atob(pkcs8), (char) => char.charCodeAt(0));
  const signer = createSigner(bytes, nameKey);
  if (signer === null) throw new Error(`the ${purpose} key is no PKCS#8 Ed25519 key`);
  signers.set(name, signer);
  return signer;
}

function absentKey(purpose: string): Signer {
  const fail = () => Promise.reject(new Error(`the ${purpose} key is not configured`));
  return { keyId: fail, publicKey: fail, sign: fail };
}
