import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { decodeHex, encodeHex } from "../../../src/domain/bytes.ts";
import { checkSignature, nobleVerify, verifyEd25519 } from "../../../src/domain/trust/ed25519.ts";
import { createSigner, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";

const VECTORS = path.resolve(import.meta.dirname, "../../../../shared/vectors/ed25519");

interface Case {
  readonly id: string;
  readonly pub: string;
  readonly msg: string;
  readonly sig: string;
  readonly expectStrict: "accept" | "reject";
}

function readLines<T>(name: string): readonly T[] {
  const text = readFileSync(path.join(VECTORS, name), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

function bytes(hex: string): Uint8Array {
  const decoded = decodeHex(hex);
  if (decoded === null) throw new Error(`not hex: ${hex}`);
  return decoded;
}

if (!existsSync(VECTORS)) {
  it("the Ed25519 vectors are not here", () => expect(existsSync(VECTORS)).toBe(false));
} else {
  describe("866 published edge cases", () => {
    const cases = readLines<Case>("cases.jsonl");

    it("are all there", () => expect(cases).toHaveLength(866));

    it("get the strict verdict from the engine's equation", async () => {
      const wrong: string[] = [];
      for (const { id, pub, msg, sig, expectStrict } of cases) {
        const verdict = (await verifyEd25519(bytes(pub), bytes(sig), bytes(msg))) ? "accept" : "reject";
        if (verdict !== expectStrict) wrong.push(`${id}: ${verdict}`);
      }
      expect(wrong).toEqual([]);
    });

    it("get no wrong yes from noble's equation, and no wrong no where key and R are free of torsion", async () => {
      const wrong: string[] = [];
      const facts = cases as readonly (Case & { facts: { aTorsionFree?: boolean; rTorsionFree?: boolean } })[];
      for (const { id, pub, msg, sig, expectStrict, facts: known } of facts) {
        const isYes = await verifyEd25519(bytes(pub), bytes(sig), bytes(msg), nobleVerify);
        if (isYes && expectStrict === "reject") wrong.push(`${id}: accepted`);
        const isClean = known.aTorsionFree === true && known.rTorsionFree === true;
        if (!isYes && expectStrict === "accept" && isClean) wrong.push(`${id}: refused`);
      }
      expect(wrong).toEqual([]);
    });
  });

  it("signs the published messages byte for byte", async () => {
    const wrong: string[] = [];
    for (const { id, priv, pub, msg, sig } of readLines<Case & { priv: string }>("sign.jsonl")) {
      const signer = createSigner(pkcs8OfSeed(bytes(priv)));
      if (signer === null) throw new Error(id);
      const isEqual = encodeHex(await signer.sign(bytes(msg))) === sig && encodeHex(await signer.publicKey()) === pub;
      if (!isEqual) wrong.push(id);
    }
    expect(wrong).toEqual([]);
  });
}

describe("a signature", () => {
  const signer = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x61)));

  it("of another length than 64 is malformed, of another message invalid", async () => {
    const key = await signer?.publicKey();
    const message = new Uint8Array([1, 2, 3]);
    const signature = await signer?.sign(message);
    if (!key || !signature) throw new Error("no signer");
    expect(await checkSignature(key, signature, message)).toEqual({ ok: true, value: true });
    for (const length of [0, 63, 65, 128]) {
      const cut = new Uint8Array(length);
      cut.set(signature.subarray(0, length));
      expect(await checkSignature(key, cut, message)).toMatchObject({ problem: { reason: "signature_malformed" } });
    }
    expect(await checkSignature(key, signature, new Uint8Array([1, 2, 4]))).toMatchObject({
      problem: { reason: "signature_invalid" },
    });
  });

  it("by a small-order key fits no message, though the engine would say yes", async () => {
    const identity = bytes(`01${"00".repeat(31)}`);
    const forged = new Uint8Array(64);
    forged[0] = 1;
    expect(await verifyEd25519(identity, forged, new Uint8Array([9]))).toBe(false);
  });
});

it("a key that is no PKCS#8 Ed25519 key makes no signer", () => {
  expect(createSigner(new Uint8Array(48))).toBeNull();
  expect(createSigner(new Uint8Array(32))).toBeNull();
});
