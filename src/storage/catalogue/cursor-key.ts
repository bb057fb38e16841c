import { encodeUtf8 } from "../../domain/bytes.ts";
import type { CursorKey } from "../../market/catalogue/search-ports.ts";

/** A key for cursors alone, derived from `KEK_V1`: a cursor says nothing about what else the key protects. */
export function createCursorKey(kek: string): CursorKey {
  let key: Promise<CryptoKey> | undefined;
  return {
    async sign(message) {
      key ??= deriveKey(kek);
      return new Uint8Array(await crypto.subtle.sign("HMAC", await key, encodeUtf8(message)));
    },
  };
}

const HMAC = { name: "HMAC", hash: "SHA-256", length: 256 } as const;

async function deriveKey(kek: string): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(kek), (char) => char.charCodeAt(0));
  const material = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encodeUtf8("rbsm-cursor/1") };
  return crypto.subtle.deriveKey(derivation, material, HMAC, false, ["sign"]);
}
