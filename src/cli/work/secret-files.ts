import { createPrivateKey } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { ok } from "../../domain/result.ts";
import { createSigner, type Ed25519Signer } from "../../domain/trust/signer.ts";
import { misuse, type Outcome } from "../problem.ts";

/** Mode 0600, and never over something else (EEXIST): a lost key cannot be had again. */
export async function writeSecret(file: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The signer of an Ed25519 key in PKCS#8 PEM; `nameKey` as of {@link createSigner}. */
export async function openSigner(
  file: string,
  nameKey?: Parameters<typeof createSigner>[1],
): Promise<Outcome<Ed25519Signer>> {
  const pem = await readFile(file, "utf8").catch(() => null);
  if (pem === null) return { ok: false, problem: misuse("key_missing", `${file} cannot be read.`) };
  try {
    const signer = createSigner(createPrivateKey(pem).export({ type: "pkcs8", format: "der" }), nameKey);
    if (signer !== null) return ok(signer);
  } catch {
    // told below
  }
  return { ok: false, problem: misuse("key_invalid", `${file} is no Ed25519 key in PKCS#8 PEM.`) };
}
