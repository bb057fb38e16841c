import { describe, expect, it } from "vitest";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { verifyEd25519 } from "../../../src/domain/trust/ed25519.ts";
import { createLicenseSigners, createReceiptSigner, rotating } from "../../../src/gateway/signers.ts";
import { createSealedHmac, createVault } from "../../../src/storage/vault.ts";

const kekOf = (byte: number) => btoa(String.fromCharCode(...new Uint8Array(32).fill(byte)));

describe("the vault", () => {
  const vault = createVault(kekOf(7));

  it("opens what it sealed, never twice to the same text", async () => {
    const first = await vault.seal("purpose", "row", "geheim – 秘密");
    const second = await vault.seal("purpose", "row", "geheim – 秘密");
    expect(first).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(first).not.toBe(second);
    expect(await vault.open("purpose", "row", first)).toBe("geheim – 秘密");
  });

  it("throws for another purpose, row, key, or a changed text", async () => {
    const sealed = await vault.seal("purpose", "row", "secret");
    await expect(vault.open("other", "row", sealed)).rejects.toThrow();
    await expect(vault.open("purpose", "other", sealed)).rejects.toThrow();
    await expect(vault.open("purpos", "erow", sealed)).rejects.toThrow();
    await expect(createVault(kekOf(8)).open("purpose", "row", sealed)).rejects.toThrow();
    const flipped = sealed.slice(0, 10) + (sealed[10] === "A" ? "B" : "A") + sealed.slice(11);
    await expect(vault.open("purpose", "row", flipped)).rejects.toThrow();
    for (const text of ["", "v1.", "v2.AAAA", "secret", sealed.slice(3)])
      await expect(vault.open("purpose", "row", text)).rejects.toThrow();
  });

  it("refuses a key of another length", async () => {
    await expect(createVault(btoa("short")).seal("p", "r", "x")).rejects.toThrow("KEK_V1");
  });

  it("signs with a sealed secret as the host contract's worked example does", async () => {
    const sealed = await vault.seal("instance.api_secret", "mk_demo_7Q2F9C", "ms_demo_3f1c8a5e9b7d4026");
    const secret = { purpose: "instance.api_secret", row: "mk_demo_7Q2F9C", sealed };
    const hmac = createSealedHmac(vault);
    for (let again = 0; again < 2; again++)
      expect(encodeHex(await hmac.sign(secret, "mk_demo_7Q2F9C:1767225600000"))).toBe(
        "7c0b3604ed5846075160a2ad5731cf832bddc60961643b6662122bf02d6332bc",
      );
  });
});

describe("the marketplace's signers", () => {
  const pkcs8 = btoa(
    String.fromCharCode(
      ...Uint8Array.from("302e020100300506032b657004220420".match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
      ...new Uint8Array(32).fill(0x11),
    ),
  );

  const leaseSigner = (secret: string) =>
    rotating(
      createLicenseSigners({ LEASE_KEY_PKCS8: secret }, async () => [], { now: () => 0 }),
      "lease",
    );

  it("sign with the key they publish, under the name of its digest", async () => {
    const receipts = createReceiptSigner(pkcs8);
    const leases = leaseSigner(pkcs8);
    const message = new Uint8Array([1, 2, 3]);
    expect(await verifyEd25519(await receipts.publicKey(), await receipts.sign(message), message)).toBe(true);
    expect(await receipts.keyId()).toMatch(/^[0-9a-f]{64}$/);
    expect(await leases.keyId()).toBe(`l-${(await receipts.keyId()).slice(0, 16)}`);
  });

  it("fail loudly without a key, and with something that is none", async () => {
    await expect(createReceiptSigner(undefined).sign(new Uint8Array())).rejects.toThrow("not configured");
    await expect(leaseSigner("").keyId()).rejects.toThrow("not configured");
    expect(() => createReceiptSigner(btoa("no key"))).toThrow("PKCS#8");
  });
});
