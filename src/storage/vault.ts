import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../domain/bytes.ts";
import type { SealedHmac, SealedSecret } from "../market/account/ports.ts";
import type { Vault } from "../market/ports.ts";

const VERSION = 1;
const NONCE_BYTES = 12;
const MAX_KEPT_KEYS = 1_000;

/** AES-256-GCM under `KEK_V1` (base64 of 32 bytes); text form `v1.<base64url(nonce ‖ ciphertext ‖ tag)>`. */
export function createVault(kek: string): Vault {
  return {
    async seal(purpose, row, plaintext) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv: nonce, additionalData: associated(purpose, row) },
        await importKek(kek),
        encodeUtf8(plaintext),
      );
      const whole = new Uint8Array(NONCE_BYTES + sealed.byteLength);
      whole.set(nonce);
      whole.set(new Uint8Array(sealed), NONCE_BYTES);
      return `v${VERSION}.${encodeBase64url(whole)}`;
    },
    async open(purpose, row, sealed) {
      const whole = sealed.startsWith(`v${VERSION}.`) ? decodeBase64url(sealed.slice(3)) : null;
      if (whole === null) throw new Error("sealed text of an unknown form");
      const plaintext = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: whole.subarray(0, NONCE_BYTES), additionalData: associated(purpose, row) },
        await importKek(kek),
        whole.subarray(NONCE_BYTES),
      );
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plaintext);
    },
  };
}

/** HMAC keys of sealed secrets, kept per isolate: proving a request costs no decryption after the first. */
export function createSealedHmac(vault: Vault): SealedHmac {
  return {
    async sign(secret, message) {
      const key = await keptHmacKey(vault, secret);
      return new Uint8Array(await crypto.subtle.sign("HMAC", key, encodeUtf8(message)));
    },
  };
}

const hmacKeys = new Map<string, CryptoKey>();

async function keptHmacKey(vault: Vault, { purpose, row, sealed }: SealedSecret): Promise<CryptoKey> {
  const name = `${purpose}\n${row}\n${sealed}`;
  const kept = hmacKeys.get(name);
  if (kept !== undefined) return kept;
  const secret = await vault.open(purpose, row, sealed);
  const key = await crypto.subtle.importKey("raw", encodeUtf8(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  if (hmacKeys.size >= MAX_KEPT_KEYS) hmacKeys.delete(hmacKeys.keys().next().value as string);
  hmacKeys.set(name, key);
  return key;
}

const keks = new Map<string, Promise<CryptoKey>>();

function importKek(kek: string): Promise<CryptoKey> {
  const kept = keks.get(kek);
  if (kept !== undefined) return kept;
  const bytes = Uint8Array.from(atob(kek), (char) => char.charCodeAt(0));
  if (bytes.length !== 32) throw new Error("KEK_V1 must be base64 of 32 bytes");
  const key = crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  keks.set(kek, key);
  return key;
}

/** Purpose, row and key version: a text moved to another row or column does not open. */
function associated(purpose: string, row: string): Uint8Array<ArrayBuffer> {
  return encodeUtf8(JSON.stringify(["rbsm-vault/1", purpose, row, VERSION]));
}
