import { expect, it } from "vitest";
import { encodeBase64, encodeBase64url, encodeHex } from "../../../src/domain/bytes.ts";
import { readPublicKey, readSignature } from "../../../src/domain/trust/public-key-text.ts";

const KEY = new Uint8Array(32).map((_, at) => at * 7);
const PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);
const pem = (kind: string, der: Uint8Array) => `-----BEGIN ${kind}-----\n${encodeBase64(der)}\n-----END ${kind}-----\n`;
const spki = (key: Uint8Array) => Uint8Array.from([...PREFIX, ...key]);

it("reads a public key as hex or PEM, names a private one, and takes nothing else", () => {
  const publicKey = encodeHex(KEY);
  for (const text of [publicKey, ` ${publicKey.toUpperCase()}\n`, pem("PUBLIC KEY", spki(KEY))])
    expect(readPublicKey(text)).toEqual({ ok: true, publicKey });
  for (const kind of ["PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"])
    expect(readPublicKey(pem(kind, KEY))).toEqual({ ok: false, why: "private" });
  for (const text of [
    "",
    publicKey.slice(2),
    pem("PUBLIC KEY", KEY),
    pem("PUBLIC KEY", spki(KEY.slice(1))),
    "x".repeat(64),
  ])
    expect(readPublicKey(text)).toEqual({ ok: false, why: "malformed" });
});

it("reads 64 bytes of signature in the spellings of tools", () => {
  const signature = new Uint8Array(64).map((_, at) => 255 - at);
  for (const text of [
    encodeHex(signature),
    encodeBase64(signature),
    encodeBase64url(signature),
    `${encodeBase64(signature)}\n`,
  ])
    expect(readSignature(text)).toEqual(signature);
  for (const text of ["", encodeBase64(signature.slice(1)), `${encodeHex(signature)}00`, "not a signature"])
    expect(readSignature(text)).toBeNull();
});
