import { type Bytes, decodeHex, encodeHex } from "../bytes.ts";
import { sha256Hex } from "../digest.ts";
import type { Json } from "../json/json.ts";
import { checkSignature } from "../trust/ed25519.ts";
import { tufBytes } from "./canonical.ts";
import type { Signature, Signed, TufKey, TufRole } from "./metadata.ts";

/** An Ed25519 private half. */
export interface TufSigner {
  /** 32 bytes. */
  publicKey(): Promise<Uint8Array>;
  /** 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export function tufKey(publicKey: Uint8Array): TufKey {
  return { keytype: "ed25519", scheme: "ed25519", keyval: { public: encodeHex(publicKey) } };
}

/** SHA-256 of the canonical key object. */
export function tufKeyId(key: TufKey): Promise<string> {
  return sha256Hex(tufBytes(key));
}

/** The document with one signature of each signer, in the order of their key ids. */
export async function signDocument<T>(signed: T, signers: readonly TufSigner[]): Promise<Signed<T>> {
  const document: Signed<T> = { signatures: [], signed };
  return signers.reduce(async (before, signer) => addSignature(await before, signer), Promise.resolve(document));
}

/** Adds or replaces one signature: people sign one after the other, each at a machine of their own. */
export async function addSignature<T>(document: Signed<T>, signer: TufSigner): Promise<Signed<T>> {
  const keyid = await tufKeyId(tufKey(await signer.publicKey()));
  const sig = encodeHex(await signer.sign(tufBytes(document.signed as Json)));
  const others = document.signatures.filter((signature) => signature.keyid !== keyid);
  const signatures = [...others, { keyid, sig }].sort((a, b) => (a.keyid < b.keyid ? -1 : 1));
  return { signatures, signed: document.signed };
}

/** The file of a document. */
export function documentBytes(document: Signed<unknown>): Bytes {
  return tufBytes(document as unknown as Json);
}

/**
 * How many different keys of the role signed the document well (TUF 1.0 §5.3.4). One person's key counts once, whatever
 * names it is given: what counts is the public key.
 */
export async function countSigners(
  document: Signed<unknown>,
  role: TufRole,
  keys: Readonly<Record<string, TufKey>>,
): Promise<number> {
  const bytes = tufBytes(document.signed as Json);
  const good = new Set<string>();
  for (const { keyid, sig } of document.signatures) {
    const key = role.keyids.includes(keyid) ? keys[keyid] : undefined;
    if (key === undefined) continue;
    if (await isGood(key, { keyid, sig }, bytes)) good.add(key.keyval.public);
  }
  return good.size;
}

async function isGood(key: TufKey, { sig }: Signature, bytes: Uint8Array): Promise<boolean> {
  const [publicKey, signature] = [decodeHex(key.keyval.public), decodeHex(sig)];
  if (publicKey === null || signature === null) return false;
  return (await checkSignature(publicKey, signature, bytes)).ok;
}
