import { decodeBase64url, encodeBase64url, encodeUtf8 } from "../../domain/bytes.ts";

const MAC_LENGTH = 22;

/** Where a list goes on: the last key and a MAC over prefix and key under a secret of this object alone. */
export async function cursorFor(secret: CryptoKey, prefix: string, lastKey: string): Promise<string> {
  return `${await mac(secret, prefix, lastKey)}${encodeBase64url(encodeUtf8(lastKey))}`;
}

/** The key a cursor of this object and prefix stands after; null for any other text. */
export async function keyAfter(secret: CryptoKey, prefix: string, cursor: string): Promise<string | null> {
  const bytes = decodeBase64url(cursor.slice(MAC_LENGTH));
  if (bytes === null) return null;
  const key = new TextDecoder().decode(bytes);
  return cursor === (await cursorFor(secret, prefix, key)) ? key : null;
}

async function mac(secret: CryptoKey, prefix: string, key: string): Promise<string> {
  const bytes = await crypto.subtle.sign("HMAC", secret, encodeUtf8(JSON.stringify([prefix, key])));
  return encodeBase64url(new Uint8Array(bytes)).slice(0, MAC_LENGTH);
}
