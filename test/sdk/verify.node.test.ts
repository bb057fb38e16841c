import { beforeAll, describe, expect, it } from "vitest";
import { type OpenedBundle, openBundle } from "../../src/domain/bundle/open.ts";
import { encodeHex } from "../../src/domain/bytes.ts";
import type { JsonObject } from "../../src/domain/json/json.ts";
import { type Envelope, sealEnvelope } from "../../src/domain/trust/envelope.ts";
import { buildReceipt } from "../../src/domain/trust/receipt.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../src/domain/trust/signer.ts";
import { buildStatement, openStatement, type Statement } from "../../src/domain/trust/statement.ts";
import { type ReleaseQuestion, verifyRelease } from "../../src/sdk/verify/index.ts";
import { openWebhook } from "../../src/sdk/webhook.ts";
import { bundle as sampleBundle } from "../domain/bundle/sample.ts";

const MARKETPLACE = "plugins.example.org";
const publisher = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x41))) as Ed25519Signer;
const marketplace = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(0x42))) as Ed25519Signer;

async function keyOf(signer: Ed25519Signer) {
  return { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) };
}

/** Statement and receipt over a bundle, with whatever the publisher chose to state instead. */
async function release(bundle: OpenedBundle, lie: Partial<Statement> = {}): Promise<ReleaseQuestion> {
  const payload = buildStatement(bundle, MARKETPLACE, { sequence: 0, statementSha256: null }, await publisher.keyId());
  const statement = await sealEnvelope({ ...payload, ...lie } as JsonObject & typeof payload, publisher);
  return {
    trust: { marketplace: MARKETPLACE, receiptKeys: [await keyOf(marketplace)] },
    publisherKeys: [await keyOf(publisher)],
    statement,
    receipt: await receiptFor(statement),
    bytes: bundle.bytes,
    name: bundle.manifest.name,
    version: bundle.manifest.version,
  };
}

async function receiptFor(statement: Envelope): Promise<Envelope> {
  const opened = await openStatement(statement, MARKETPLACE, [await keyOf(publisher)]);
  if (!opened.ok) throw new Error(opened.problem.reason);
  const terms = {
    publication: 1,
    previousReceipt: null,
    publishedAt: "2026-12-01T10:00:00Z",
    delivery: "public",
    sealed: null,
    policy: "2026-12-01",
    review: "human",
    keyId: await marketplace.keyId(),
  } as const;
  return sealEnvelope(buildReceipt(opened.value, terms), marketplace);
}

let bundle: OpenedBundle;
beforeAll(async () => {
  const opened = await openBundle(await sampleBundle());
  if (!opened.ok) throw new Error(JSON.stringify(opened.problem));
  bundle = opened.value;
});

describe("verifying a download", () => {
  it("hands over the opened bundle and what to remember", async () => {
    const verified = await verifyRelease(await release(bundle));
    expect(verified).toMatchObject({
      ok: true,
      value: { bundle: { sha256: bundle.sha256 }, remember: { publication: 1 } },
    });
  });

  it("refuses a statement that shows less than the bundle takes, though both signatures hold", async () => {
    const capabilities = { ...bundle.capabilities, permissions: [] } as unknown as Statement["capabilities"];
    expect(await verifyRelease(await release(bundle, { capabilities }))).toMatchObject({
      problem: { reason: "statement_capabilities" },
    });
  });

  it("refuses a statement about another manifest, publisher or app range", async () => {
    const table = [
      ["statement_manifest", { manifestSha256: "0".repeat(64) }],
      ["statement_mismatch", { publisher: "other" }],
      ["statement_mismatch", { channel: "beta" }],
      ["statement_mismatch", { minAppVersion: "0.0.1" }],
      ["statement_mismatch", { maxAppVersion: null }],
    ] as const;
    for (const [reason, lie] of table)
      expect(await verifyRelease(await release(bundle, lie)), JSON.stringify(lie)).toMatchObject({
        problem: { reason },
      });
  });

  it("refuses bytes that are not a bundle, even signed by everybody", async () => {
    const bytes = new TextEncoder().encode("x".repeat(200));
    const { sha256, sha512, size } = await digests(bytes);
    const question = await release(bundle, { bundle: { sha256, sha512, size } });
    expect(await verifyRelease({ ...question, bytes })).toMatchObject({
      problem: { reason: "bundle_refused", problems: [{ code: "not_zip" }] },
    });
  });
});

async function digests(bytes: Uint8Array<ArrayBuffer>) {
  const hex = async (name: string) => encodeHex(new Uint8Array(await crypto.subtle.digest(name, bytes)));
  return { size: bytes.length, sha256: await hex("SHA-256"), sha512: await hex("SHA-512") };
}

describe("a webhook", () => {
  const secret = "whs_demo_6c2e9f10";
  const body =
    '{"event":"license.updated","data":{"licenseKey":"9F3A1C-07B2E4-5D6C88-A1F09B-3E47D2","status":"active","expiresAt":"2027-01-01T00:00:00.000Z","maxInstalls":3,"currentInstalls":1},"id":"evt_1042","createdAt":"2026-01-01T00:00:00.000Z"}';
  const signature = "92ed7ee35d8ba8fe0a140ced6c56767202aa9923336218fd4af9150892b602cd";

  it("opens with its signature", async () => {
    const opened = await openWebhook(body, signature, secret);
    expect(opened).toMatchObject({ event: "license.updated", id: "evt_1042", data: { maxInstalls: 3 } });
    expect(await openWebhook(new TextEncoder().encode(body), signature, secret)).toEqual(opened);
  });

  it("is nothing with another signature, secret or body", async () => {
    const indented = JSON.stringify(JSON.parse(body), null, 2);
    for (const [text, sent, key] of [
      [body, null, secret],
      [body, undefined, secret],
      [body, "", secret],
      [body, signature.toUpperCase(), secret],
      [body, `sha256=${signature}`, secret],
      [body, signature.slice(2), secret],
      [body, `00${signature.slice(2)}`, secret],
      [body, signature, "whs_other"],
      [`${body}\n`, signature, secret],
      [indented, signature, secret],
    ] as const)
      expect(await openWebhook(text, sent, key)).toBeNull();
  });

  it("is nothing when the signed body is no webhook", async () => {
    const sign = async (text: string) => {
      const encoder = new TextEncoder();
      const hmac = { name: "HMAC", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("raw", encoder.encode(secret), hmac, false, ["sign"]);
      return encodeHex(new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text))));
    };
    for (const text of [
      "",
      "[]",
      "null",
      "{}",
      '{"event":"x","data":null,"id":"1","createdAt":"y"}',
      "{",
      '{"event":1}',
    ])
      expect(await openWebhook(text, await sign(text), secret)).toBeNull();
  });
});
