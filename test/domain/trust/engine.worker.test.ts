import { expect, it } from "vitest";
import { decodeHex } from "../../../src/domain/bytes.ts";
import { nobleVerify, verifyEd25519 } from "../../../src/domain/trust/ed25519.ts";
import { openJws, signJws } from "../../../src/domain/trust/jws.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";

const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x21)), async () => "l-test") as Ed25519Signer;
const MESSAGE = new Uint8Array([1, 2, 3]);

it("workerd's own engine imports the identity and calls its one signature valid; ours does not", async () => {
  const identity = new Uint8Array(32);
  identity[0] = 1;
  const forged = new Uint8Array(64);
  forged[0] = 1;
  const key = await crypto.subtle.importKey("raw", identity, "Ed25519", false, ["verify"]);
  expect(await crypto.subtle.verify("Ed25519", key, forged, MESSAGE)).toBe(true);
  expect(await verifyEd25519(identity, forged, MESSAGE)).toBe(false);
});

it("both engines agree here on a good signature, a changed one, a malleated one and a foreign key", async () => {
  const publicKey = await signer.publicKey();
  const good = await signer.sign(MESSAGE);
  const flipped = good.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
  const foreign = decodeHex("b154bd62188ae283dd187fefe8c31f5e276edf083b4cff11c9d5cff856c74440") as Uint8Array;
  for (const engine of [undefined, nobleVerify]) {
    expect(await verifyEd25519(publicKey, good, MESSAGE, engine)).toBe(true);
    expect(await verifyEd25519(publicKey, flipped, MESSAGE, engine)).toBe(false);
    expect(await verifyEd25519(publicKey, plusOrder(good), MESSAGE, engine)).toBe(false);
    expect(await verifyEd25519(foreign, good, MESSAGE, engine)).toBe(false);
    expect(await verifyEd25519(publicKey, good.subarray(0, 63), MESSAGE, engine)).toBe(false);
  }
});

it("tokens open here as they do elsewhere", async () => {
  const token = await signJws({ tok: "lease" }, signer);
  const keys = [{ kid: "l-test", publicKey: await signer.publicKey() }];
  expect(await openJws(token, keys)).toMatchObject({ ok: true, value: { claims: { tok: "lease" } } });
  expect(await openJws(`${token.slice(0, -4)}AAAA`, keys)).toMatchObject({ ok: false });
});

/** S + L: the same equation modulo the group order, and another 64 bytes. */
function plusOrder(signature: Uint8Array): Uint8Array {
  const order = decodeHex(`edd3f55c1a631258d69cf7a2def9de14${"00".repeat(15)}10`) as Uint8Array;
  const changed = new Uint8Array(signature);
  let carry = 0;
  for (let i = 0; i < 32; i++) {
    const sum = (changed[32 + i] as number) + (order[i] as number) + carry;
    changed[32 + i] = sum & 0xff;
    carry = sum >> 8;
  }
  return changed;
}
