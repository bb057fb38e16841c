import { encodeHex, encodeUtf8 } from "../../domain/bytes.ts";
import type { KeyHasher } from "../../market/license/ports.ts";

const imported = new Map<string, Promise<CryptoKey>>();

/**
 * HMAC-SHA256 under the license pepper (base64 of 32 bytes); the imported key is kept for the life of the isolate. While
 * `next` is set, it is the pepper of everything new, and what was written under the first one is still found.
 */
export function createKeyHasher(pepper: string, next?: string): KeyHasher {
  const current = next ?? pepper;
  return {
    version: next === undefined ? 1 : 2,
    hash: (label, text) => hashUnder(current, label, text),
    async candidates(label, text) {
      const hashes = next === undefined ? [current] : [next, pepper];
      return (await Promise.all(hashes.map((one) => hashUnder(one, label, text)))).join("");
    },
  };
}

async function hashUnder(pepper: string, label: string, text: string): Promise<string> {
  const message = encodeUtf8(`${label}\0${text}`);
  return encodeHex(new Uint8Array(await crypto.subtle.sign("HMAC", await importPepper(pepper), message)));
}

function importPepper(pepper: string): Promise<CryptoKey> {
  let key = imported.get(pepper);
  if (key === undefined) {
    const bytes = Uint8Array.from(atob(pepper), (char) => char.charCodeAt(0));
    if (bytes.length !== 32) throw new Error("a license pepper must be base64 of 32 bytes");
    key = crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    imported.set(pepper, key);
  }
  return key;
}
