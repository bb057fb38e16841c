import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { LaunchError } from "./data-folder.ts";

const MAGIC = Buffer.from("rbsm-keys/1\n");
const SALT = 16;
const NONCE = 12;
const TAG = 16;
const SALT_AT = MAGIC.length;
const NONCE_AT = SALT_AT + SALT;
const TAG_AT = NONCE_AT + NONCE;
const SEALED_AT = TAG_AT + TAG;
/** 128 MiB for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 };
export const MIN_PASSPHRASE = 12;

/** AES-256-GCM under a key that scrypt makes of the passphrase: `magic ‖ salt ‖ nonce ‖ tag ‖ ciphertext`. */
export async function sealWithPassphrase(bytes: Uint8Array, passphrase: string): Promise<Uint8Array> {
  if (passphrase.length < MIN_PASSPHRASE)
    throw new LaunchError(`The passphrase must have at least ${MIN_PASSPHRASE} characters.`);
  const [salt, nonce] = [randomBytes(SALT), randomBytes(NONCE)];
  const cipher = createCipheriv("aes-256-gcm", await keyOf(passphrase, salt), nonce).setAAD(MAGIC);
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([MAGIC, salt, nonce, cipher.getAuthTag(), sealed]);
}

/** Throws a {@link LaunchError} for another passphrase, and for bytes that were changed. */
export async function openWithPassphrase(sealed: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const bytes = Buffer.from(sealed);
  const [salt, nonce, tag] = [SALT_AT, NONCE_AT, TAG_AT].map((at, index) =>
    bytes.subarray(at, [NONCE_AT, TAG_AT, SEALED_AT][index]),
  ) as [Buffer, Buffer, Buffer];
  try {
    const decipher = createDecipheriv("aes-256-gcm", await keyOf(passphrase, salt), nonce).setAAD(MAGIC);
    decipher.setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(SEALED_AT)), decipher.final()]);
  } catch {
    throw new LaunchError("The keys of this backup do not open with this passphrase.");
  }
}

function keyOf(passphrase: string, salt: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
