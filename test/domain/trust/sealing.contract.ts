import { describe, expect, it } from "vitest";
import { decodeHex, encodeBase64url, encodeHex } from "../../../src/domain/bytes.ts";
import { sha256Hex } from "../../../src/domain/digest.ts";
import { importSealPrivateKey, releaseKey, unwrapKey } from "../../../src/domain/trust/key-release.ts";
import { checkSealKey } from "../../../src/domain/trust/seal-key.ts";
import { openSealed, sealBundle } from "../../../src/domain/trust/sealed.ts";

const bytes = (hex: string): Uint8Array<ArrayBuffer> => decodeHex(hex.replaceAll(/\s/g, "")) as Uint8Array<ArrayBuffer>;
const run = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i);

/** E1 of the bundle's README. */
const E1 = bytes(
  `504b03041400000000000000210043bfa6a302000000020000000d0000006d616e69666573742e6a736f6e7b7d504b0102140014000000000000002100
   43bfa6a302000000020000000d00000000000000000000000000000000006d616e69666573742e6a736f6e504b050600000000010001003b0000002d0000000000`,
);
const STATEMENT = "9c0ea0524775649c43d5be8ff95f6443066dbd483313d896f81300539d81c1a5";
const KEY = run(0x40, 32);
const COMMITMENT = "29ee060027319d15944331bb82a767b386b21301a7ef34ef7a434f5871e17990";

export function sealing(): void {
  describe("E13: a sealed bundle", () => {
    const seal = () => sealBundle(E1, KEY, run(0xa0, 12), STATEMENT);
    const expectation = async (change: object = {}) => {
      const { size, sha256, commitment } = await seal();
      const bundle = { size: E1.length, sha256: await sha256Hex(E1) };
      return { statementSha256: STATEMENT, bundle, sealed: { size, sha256, commitment }, ...change };
    };
    /** The same file with a byte changed, expected as it is. */
    const mutated = async (at: number, value: number) => {
      const { bytes: file } = await seal();
      file[at] = value;
      const expected = await expectation();
      return { file, expected: { ...expected, sealed: { ...expected.sealed, sha256: await sha256Hex(file) } } };
    };

    it("is these bytes", async () => {
      const { bytes: file, sha256, size, commitment } = await seal();
      expect(encodeHex(file.subarray(0, 64))).toBe(
        `5242534d5345414c010100007e000000${COMMITMENT}a0a1a2a3a4a5a6a7a8a9aaab00000000`,
      );
      expect({ size, commitment, sha256, tag: encodeHex(file.subarray(-16)) }).toEqual({
        size: 206,
        commitment: COMMITMENT,
        sha256: "827964556c50e790342e7a7626636b6c7584a791c22af8fcc3adc49624ffd6cd",
        tag: "e607eee2bbae83dc05a6e22f2339eeea",
      });
      const opened = await openSealed(file, KEY, await expectation());
      expect(opened).toEqual({ ok: true, value: E1 });
    });

    it("opens to nothing else", async () => {
      const { bytes: file } = await seal();
      const expected = await expectation();
      const reason = async (of: Uint8Array, key: Uint8Array, terms: Parameters<typeof openSealed>[2]) => {
        const opened = await openSealed(of, key, terms);
        return opened.ok ? "opened" : opened.problem.reason;
      };
      expect(await reason(file.subarray(1), KEY, expected)).toBe("sealed_length");
      const other = { ...expected.sealed, sha256: "0".repeat(64) };
      expect(await reason(file, KEY, { ...expected, sealed: other })).toBe("bundle_digest_mismatch");
      expect(await reason(file, run(0x41, 32), expected)).toBe("sealed_commitment");
      expect(await reason(file, KEY, { ...expected, statementSha256: "1".repeat(64) })).toBe("sealed_tag");
      const longer = { ...expected, bundle: { ...expected.bundle, size: 127 } };
      expect(await reason(file, KEY, longer)).toBe("sealed_plaintext");
      const another = { ...expected, bundle: { ...expected.bundle, sha256: "2".repeat(64) } };
      expect(await reason(file, KEY, another)).toBe("sealed_plaintext");
      const table = [
        [0, 0x53, "sealed_header"],
        [8, 2, "sealed_algorithm"],
        [9, 2, "sealed_algorithm"],
        [10, 1, "sealed_header"],
        [63, 1, "sealed_header"],
        [12, 0x7d, "sealed_length"],
        [16, 0, "sealed_commitment"],
        [48, 0, "sealed_tag"],
        [70, 0, "sealed_tag"],
        [205, 0, "sealed_tag"],
      ] as const;
      for (const [at, value, code] of table) {
        const { file: changed, expected: terms } = await mutated(at, value);
        expect([at, await reason(changed, KEY, terms)]).toEqual([at, code]);
      }
    });
  });

  describe("E14: a key release", () => {
    const SUBJECT = {
      installationId: "6f1c2d3e-0000-4000-8000-000000000001",
      marketplace: "plugins.example.org",
      name: "hello",
      statementSha256: STATEMENT,
      version: "1.0.0",
    };
    const DEVICE = "493e82fc74464a59268817623d2053c5eb8e2cc4a988b4fee179ec6b010d531d";
    const EPHEMERAL = "dc2cca31e8e43bbd91dff7e475cca3347eb478107d5bd765aba4ae4a30c35d44";
    const ephemeral = async (): Promise<CryptoKeyPair> => ({
      privateKey: await importSealPrivateKey(run(0xc0, 32)),
      publicKey: await crypto.subtle.importKey("raw", bytes(EPHEMERAL), { name: "X25519" }, true, []),
    });
    const wrap = async () => {
      const released = await releaseKey(bytes(DEVICE), SUBJECT, COMMITMENT, KEY, await ephemeral());
      if (!released.ok) throw new Error(released.problem.reason);
      return released.value;
    };

    it("is these bytes, and opens on the device", async () => {
      const released = await wrap();
      expect(released).toEqual({
        enc: encodeBase64url(bytes(EPHEMERAL)),
        wrapped: encodeBase64url(
          bytes("73fd7ec8cf030acb1ace8d7332b7831668cb7b8a4df35d37007d5e7a8bc47bd4b325abdb558f4e39df40fd17c40be438"),
        ),
      });
      const device = await importSealPrivateKey(run(0x80, 32));
      expect(await unwrapKey(device, SUBJECT, COMMITMENT, released)).toEqual(KEY);
    });

    it("opens for no other installation, marketplace, name, statement, version, commitment or device", async () => {
      const released = await wrap();
      const device = await importSealPrivateKey(run(0x80, 32));
      for (const field of Object.keys(SUBJECT) as (keyof typeof SUBJECT)[]) {
        const other = { ...SUBJECT, [field]: `${SUBJECT[field]}0` };
        expect([field, await unwrapKey(device, other, COMMITMENT, released)]).toEqual([field, null]);
      }
      expect(await unwrapKey(device, SUBJECT, STATEMENT, released)).toBeNull();
      expect(await unwrapKey(await importSealPrivateKey(run(0x81, 32)), SUBJECT, COMMITMENT, released)).toBeNull();
      const zero = { ...released, enc: encodeBase64url(new Uint8Array(32)) };
      expect(await unwrapKey(device, SUBJECT, COMMITMENT, zero)).toBeNull();
    });

    it("uses a fresh ephemeral key every time", async () => {
      const released = await Promise.all([1, 2].map(() => releaseKey(bytes(DEVICE), SUBJECT, COMMITMENT, KEY)));
      const [one, two] = released.map((each) => (each.ok ? each.value.enc : ""));
      expect(one).not.toBe(two);
    });

    it("goes to no key that is short, spelled twice or of small order", () => {
      const odd = [
        ["length", "00"],
        ["small_order", "00".repeat(32)],
        ["small_order", `01${"00".repeat(31)}`],
        ["small_order", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"],
        ["small_order", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"],
        ["small_order", `ec${"ff".repeat(30)}7f`],
        ["not_canonical", `ed${"ff".repeat(30)}7f`],
        ["not_canonical", `ee${"ff".repeat(30)}7f`],
        ["not_canonical", `${DEVICE.slice(0, 62)}9d`],
      ] as const;
      for (const [why, hex] of odd)
        expect(checkSealKey(bytes(hex))).toEqual({ reason: "device_key_invalid", facts: { why } });
      expect(checkSealKey(bytes(DEVICE))).toBeNull();
    });
  });
}
