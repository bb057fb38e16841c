import { describe, expect, it } from "vitest";
import { decodeHex, encodeBase64url, encodeHex } from "../../../src/domain/bytes.ts";
import { sealEnvelope } from "../../../src/domain/trust/envelope.ts";
import { KEY_NONCE_SECONDS, makeKeyProof, verifyKeyProof } from "../../../src/domain/trust/key-proof.ts";
import { checkPublicKey, pointProblem } from "../../../src/domain/trust/public-key.ts";
import { createSigner, type Ed25519Signer, keyIdOf, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";

const NOON = 1_796_126_400;
const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x71))) as Ed25519Signer;
const SUBJECT = { account: "7", publisher: "acme", marketplace: "plugins.example.org" };
const NONCE = encodeBase64url(new Uint8Array(32).fill(5));

function key(hex: string): Uint8Array {
  return decodeHex(hex) as Uint8Array;
}

describe("enrolment refuses", () => {
  const table: readonly (readonly [string, string])[] = [
    ["key_length", "00".repeat(31)],
    ["key_length", "00".repeat(33)],
    ["key_length", ""],
    ["key_small_order", `01${"00".repeat(31)}`],
    ["key_small_order", `ec${"ff".repeat(30)}7f`],
    ["key_small_order", "00".repeat(32)],
    ["key_small_order", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
    ["key_not_canonical", `ee${"ff".repeat(30)}7f`],
    ["key_not_canonical", `01${"00".repeat(30)}80`],
    ["key_not_canonical", `ec${"ff".repeat(31)}`],
    ["key_not_canonical", "ff".repeat(32)],
    ["key_not_on_curve", `02${"00".repeat(31)}`],
    ["key_mixed_order", "b154bd62188ae283dd187fefe8c31f5e276edf083b4cff11c9d5cff856c74440"],
    ["key_test_vector", "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"],
    ["key_test_vector", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"],
  ];
  for (const [reason, hex] of table)
    it(`${reason}: ${hex.slice(0, 16)}… of ${hex.length / 2} bytes`, async () => {
      expect(await checkPublicKey(key(hex))).toMatchObject({ ok: false, problem: { reason } });
    });
});

it("an honest key passes and is named by its digest", async () => {
  const publicKey = await signer.publicKey();
  expect(await checkPublicKey(publicKey)).toEqual({ ok: true, value: { keyId: await keyIdOf(publicKey) } });
  const published = key("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  expect(pointProblem(published)).toBeNull();
  expect(await keyIdOf(published)).toBe("56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c");
});

describe("a proof of possession", () => {
  it("proves the key to the subject it names", async () => {
    const proof = await makeKeyProof(SUBJECT, NONCE, signer, NOON);
    expect(await verifyKeyProof(proof, SUBJECT, NOON + 1)).toEqual({
      ok: true,
      value: { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()), nonce: NONCE },
    });
  });

  it("is key_proof_invalid for anybody else, or when another key signed it", async () => {
    const proof = await makeKeyProof(SUBJECT, NONCE, signer, NOON);
    for (const change of [{ account: "8" }, { publisher: "beta" }, { marketplace: "elsewhere.example" }])
      expect(await verifyKeyProof(proof, { ...SUBJECT, ...change }, NOON)).toMatchObject({
        problem: { reason: "key_proof_invalid" },
      });
    const thief = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x72))) as Ed25519Signer;
    const forged = await makeKeyProof(SUBJECT, NONCE, { ...thief, publicKey: () => signer.publicKey() }, NOON);
    expect(await verifyKeyProof(forged, SUBJECT, NOON)).toMatchObject({ problem: { reason: "key_proof_invalid" } });
    const renamed = await makeKeyProof(
      SUBJECT,
      NONCE,
      { ...thief, publicKey: () => signer.publicKey(), keyId: () => signer.keyId() },
      NOON,
    );
    expect(await verifyKeyProof(renamed, SUBJECT, NOON)).toMatchObject({ problem: { reason: "key_proof_invalid" } });
  });

  it("is key_proof_expired after ten minutes, and when it claims to last longer", async () => {
    const proof = await makeKeyProof(SUBJECT, NONCE, signer, NOON);
    for (const now of [NOON + KEY_NONCE_SECONDS, NOON + 86_400, NOON - 3_600])
      expect(await verifyKeyProof(proof, SUBJECT, now)).toMatchObject({ problem: { reason: "key_proof_expired" } });
  });

  it("names what is wrong with the key inside before it looks at the signature", async () => {
    const weak = { ...signer, publicKey: async () => key(`01${"00".repeat(31)}`) as Uint8Array<ArrayBuffer> };
    const proof = await makeKeyProof(SUBJECT, NONCE, weak, NOON);
    expect(await verifyKeyProof(proof, SUBJECT, NOON)).toMatchObject({ problem: { reason: "key_small_order" } });
  });

  it("is no other document, and has no other fields", async () => {
    const receipt = await sealEnvelope({ type: "rbsm-release-receipt/1" }, signer);
    expect(await verifyKeyProof(receipt, SUBJECT, NOON)).toMatchObject({ problem: { reason: "document_type" } });
    const more = await sealEnvelope({ type: "rbsm-key-proof/1", nonce: NONCE }, signer);
    expect(await verifyKeyProof(more, SUBJECT, NOON)).toMatchObject({ problem: { reason: "document_malformed" } });
    expect(await verifyKeyProof("text", SUBJECT, NOON)).toMatchObject({ problem: { reason: "document_malformed" } });
  });
});
