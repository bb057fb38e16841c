import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { type Bytes, encodeBase64url } from "../../domain/bytes.ts";
import { ok } from "../../domain/result.ts";
import { createSigner, type Ed25519Signer } from "../../domain/trust/signer.ts";
import { conflict, misuse, type Outcome } from "../problem.ts";
import { configFolder, type Env, makePrivateFolder } from "./config.ts";
import { writeSecret } from "./secret-files.ts";

/** A publisher's Ed25519 key. The private part never leaves the signer. */
export interface SigningKey {
  /** Hex SHA-256 of the 32 public bytes. */
  readonly keyId: string;
  readonly publicKey: Bytes;
  readonly file: string;
  readonly signer: Ed25519Signer;
}

/** Which key: a file, or a name in the folder of keys. */
export interface KeyChoice {
  readonly env: Env;
  readonly name?: string | undefined;
  readonly file?: string | undefined;
}

export const DEFAULT_KEY = "default";
const KEY_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export function keysFolder(env: Env): string {
  return path.join(configFolder(env), "keys");
}

/** Makes a new key: PKCS#8 PEM, mode 0600, in a folder of mode 0700. Never overwrites one: a lost key cannot be had again. */
export async function createKey(choice: KeyChoice): Promise<Outcome<SigningKey>> {
  const file = locate(choice);
  if (!file.ok) return file;
  if (choice.file === undefined) await makePrivateFolder(keysFolder(choice.env));
  else await mkdir(path.dirname(file.value), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync("ed25519");
  const isNew = await writeSecret(file.value, privateKey.export({ type: "pkcs8", format: "pem" })).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
  if (!isNew)
    return {
      ok: false,
      problem: conflict("key_exists", `${file.value} exists; a key is never overwritten.`, "Choose another name."),
    };
  return ok(await fromPrivateKey(privateKey, file.value));
}

/** Reads a key for signing. A file that others may read is refused, as ssh does: such a key may have been copied. */
export async function readKey(choice: KeyChoice): Promise<Outcome<SigningKey>> {
  const file = locate(choice);
  if (!file.ok) return file;
  const text = await readFile(file.value, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null)
    return { ok: false, problem: misuse("key_missing", `There is no key ${file.value}.`, "Run rbsm keys create.") };
  const { mode } = await stat(file.value);
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    return {
      ok: false,
      problem: {
        code: "key_permissions",
        kind: "trust",
        message: `${file.value} can be read by others (mode ${(mode & 0o777).toString(8).padStart(4, "0")}).`,
        next: `Run chmod 600 ${file.value}, or make a new key.`,
      },
    };
  const key = parsePrivateKey(text);
  if (key?.asymmetricKeyType !== "ed25519")
    return {
      ok: false,
      problem: {
        code: "key_malformed",
        kind: "trust",
        message: `${file.value} is not an Ed25519 private key in PKCS#8 PEM.`,
        next: "Run rbsm keys create.",
      },
    };
  return ok(await fromPrivateKey(key, file.value));
}

export interface KeyEntry {
  readonly name: string;
  readonly key: Outcome<SigningKey>;
}

/** Every key of the folder, in order of names; one that cannot be read is listed with the reason. */
export async function listKeys(env: Env): Promise<readonly KeyEntry[]> {
  const names = await readdir(keysFolder(env)).catch(() => []);
  const keys = names.filter((name) => name.endsWith(".pem")).map((name) => name.slice(0, -4));
  return Promise.all(
    keys
      .filter((name) => KEY_NAME.test(name))
      .sort()
      .map(async (name) => ({ name, key: await readKey({ env, name }) })),
  );
}

/** The public part as SPKI PEM, for other tools. */
export function exportPublicPem(key: SigningKey): string {
  const jwk = { kty: "OKP", crv: "Ed25519", x: encodeBase64url(key.publicKey) };
  return createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" }).toString();
}

function locate({ env, name, file }: KeyChoice): Outcome<string> {
  if (file !== undefined && name !== undefined)
    return { ok: false, problem: misuse("key_ambiguous", "Name a key or a key file, not both.") };
  if (file !== undefined) return ok(path.resolve(file));
  const chosen = name ?? DEFAULT_KEY;
  if (KEY_NAME.test(chosen)) return ok(path.join(keysFolder(env), `${chosen}.pem`));
  return {
    ok: false,
    problem: misuse("key_name", `“${chosen}” cannot name a key: a–z, 0–9, dot, dash and underscore only.`),
  };
}

function parsePrivateKey(text: string): KeyObject | null {
  try {
    return text.includes("-----BEGIN PRIVATE KEY-----") ? createPrivateKey(text) : null;
  } catch {
    return null;
  }
}

async function fromPrivateKey(key: KeyObject, file: string): Promise<SigningKey> {
  const signer = createSigner(new Uint8Array(key.export({ type: "pkcs8", format: "der" })));
  if (!signer) throw new Error("an Ed25519 key in an unusual PKCS#8 form");
  return { keyId: await signer.keyId(), publicKey: await signer.publicKey(), file, signer };
}
