import { decodeBase64url, decodeHex, encodeHex } from "../bytes.ts";

/** What stands before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410 §4). */
const SPKI_PREFIX = "302a300506032b6570032100";

export type ReadPublicKey =
  | { readonly ok: true; readonly publicKey: string }
  | { readonly ok: false; readonly why: "private" | "malformed" };

/**
 * The public key in what a person pasted: 64 hex digits, or a PEM block. A private key is named as what it is, and is never
 * read any further. The bytes are judged by `checkPublicKey`.
 */
export function readPublicKey(text: string): ReadPublicKey {
  if (/PRIVATE KEY/.test(text)) return { ok: false, why: "private" };
  const hex = text.replace(/\s+/g, "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return { ok: true, publicKey: hex };
  const pem = /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{1,400})-----END PUBLIC KEY-----/.exec(text);
  const der = pem?.[1] === undefined ? null : decodeAnyBase64(pem[1]);
  const spki = der === null ? "" : encodeHex(der);
  if (!spki.startsWith(SPKI_PREFIX) || spki.length !== SPKI_PREFIX.length + 64) return { ok: false, why: "malformed" };
  return { ok: true, publicKey: spki.slice(SPKI_PREFIX.length) };
}

/** 64 bytes of signature as tools print them: hex, base64 with or without padding, either alphabet. Null: it is none. */
export function readSignature(text: string): Uint8Array | null {
  const typed = text.replace(/\s+/g, "");
  const bytes = /^[0-9a-fA-F]{128}$/.test(typed) ? decodeHex(typed.toLowerCase()) : decodeAnyBase64(typed);
  return bytes?.length === 64 ? bytes : null;
}

function decodeAnyBase64(text: string): Uint8Array | null {
  return decodeBase64url(
    text
      .replace(/[\s=]+/g, "")
      .replaceAll("+", "-")
      .replaceAll("/", "_"),
  );
}
