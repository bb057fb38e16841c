import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, concatBytes, decodeBase64url, decodeHex, encodeBase64url, encodeUtf8 } from "../bytes.ts";
import { canonicalBytes } from "../json/canonical.ts";
import type { Problem } from "../problem.ts";
import { ok, type Result, refuse } from "../result.ts";
import { checkSealKey } from "./seal-key.ts";
import { CONTENT_KEY_BYTES } from "./sealed.ts";

/** What a content key is released for; another value anywhere and it does not open. */
export interface KeyReleaseSubject {
  readonly installationId: string;
  readonly marketplace: string;
  readonly name: string;
  readonly statementSha256: string;
  readonly version: string;
}

/** HPKE (RFC 9180) base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
export interface ReleasedKey {
  /** base64url, 32 bytes. */
  readonly enc: string;
  /** base64url, 48 bytes. */
  readonly wrapped: string;
}

/** Wraps a content key to one installation's X25519 key: one message per context. `ephemeral` is for vectors only. */
export async function releaseKey(
  recipient: Uint8Array,
  subject: KeyReleaseSubject,
  commitment: string,
  contentKey: Uint8Array,
  ephemeral?: CryptoKeyPair,
): Promise<Result<ReleasedKey, Problem<"device_key_invalid">>> {
  const problem = checkSealKey(recipient);
  if (problem !== null) return refuse(problem);
  const suite = makeSuite();
  const sender = await suite.createSenderContext({
    recipientPublicKey: await suite.kem.deserializePublicKey(exact(recipient)),
    info: infoOf(subject),
    ...(ephemeral === undefined ? {} : { ekm: ephemeral }),
  });
  const wrapped = await sender.seal(exact(contentKey), aadOf(commitment));
  return ok({
    enc: encodeBase64url(new Uint8Array(sender.enc)),
    wrapped: encodeBase64url(new Uint8Array(wrapped)),
  });
}

/** The content key, or null: another device, another subject, another commitment, changed bytes. */
export async function unwrapKey(
  privateKey: CryptoKey,
  subject: KeyReleaseSubject,
  commitment: string,
  released: ReleasedKey,
): Promise<Bytes | null> {
  const enc = decodeBase64url(released.enc);
  const wrapped = decodeBase64url(released.wrapped);
  if (enc?.length !== 32 || wrapped?.length !== CONTENT_KEY_BYTES + 16 || checkSealKey(enc) !== null) return null;
  try {
    const suite = makeSuite();
    const recipient = await suite.createRecipientContext({
      recipientKey: privateKey,
      enc: exact(enc),
      info: infoOf(subject),
    });
    return new Uint8Array(await recipient.open(exact(wrapped), aadOf(commitment)));
  } catch {
    return null;
  }
}

/** A private X25519 key from its 32 bytes. */
export async function importSealPrivateKey(bytes: Uint8Array): Promise<CryptoKey> {
  return makeSuite().kem.deserializePrivateKey(exact(bytes));
}

function makeSuite(): CipherSuite {
  return new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
}

function infoOf({ installationId, marketplace, name, statementSha256, version }: KeyReleaseSubject): ArrayBuffer {
  const type = "rbsm-key-release/1";
  const fields = canonicalBytes({ installationId, marketplace, name, statementSha256, type, version });
  return exact(concatBytes(encodeUtf8(`${type}\n`), fields));
}

function aadOf(commitment: string): ArrayBuffer {
  return exact(decodeHex(commitment) ?? new Uint8Array());
}

/** HPKE takes buffers: one that holds exactly these bytes. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
