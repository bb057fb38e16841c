import { describe, expect, it } from "vitest";
import { decodeBase64url, decodeHex, encodeBase64url, encodeHex, encodeUtf8 } from "../../../src/domain/bytes.ts";
import { sha256Hex, sha512Hex } from "../../../src/domain/digest.ts";
import { canonicalBytes } from "../../../src/domain/json/canonical.ts";
import { verifyEd25519 } from "../../../src/domain/trust/ed25519.ts";
import { type Envelope, openEnvelope, sealEnvelope, signedBytes } from "../../../src/domain/trust/envelope.ts";
import { buildReceipt, openReceipt } from "../../../src/domain/trust/receipt.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import {
  buildStatement,
  judgeSequence,
  matchStatement,
  openStatement,
  type Statement,
} from "../../../src/domain/trust/statement.ts";
import { verifyRelease } from "../../../src/domain/trust/verify-release.ts";

// The smallest archive: one stored entry, manifest.json with "{}".
const E1 = decodeHex(
  "504b030414000000000000002100 43bfa6a302000000020000000d0000006d616e69666573742e6a736f6e7b7d504b010214001400000000000000210043bfa6a302000000020000000d00000000000000000000000000000000006d616e69666573742e6a736f6e504b050600000000010001003b0000002d0000000000".replaceAll(
    " ",
    "",
  ),
) as Uint8Array;
const MARKETPLACE = "plugins.example.org";
const publisher = seeded(0);
const marketplace = seeded(0x20);
const EMPTY = {
  dependencies: {},
  egress: [],
  events: [],
  optionalPermissions: [],
  permissions: [],
  publicRoutes: [],
  readableSecrets: [],
  schedules: [],
  secretHosts: [],
  ui: [],
};

function seeded(first: number): Ed25519Signer {
  return createSigner(pkcs8OfSeed(Uint8Array.from({ length: 32 }, (_, i) => first + i))) as Ed25519Signer;
}

async function keyOf(signer: Ed25519Signer) {
  return { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) };
}

async function e1Bundle(version = "1.0.0") {
  return {
    size: E1.length,
    sha256: await sha256Hex(E1),
    sha512: await sha512Hex(E1),
    manifestSha256: await sha256Hex("{}"),
    capabilities: EMPTY,
    manifest: {
      publisher: "acme",
      name: "hello",
      version,
      channel: "stable",
      minAppVersion: "0.1.0",
      maxAppVersion: null,
    },
  };
}

async function statementOf(version = "1.0.0", head: { sequence: number; statementSha256: string | null } = START) {
  const payload = buildStatement(await e1Bundle(version), MARKETPLACE, head, await publisher.keyId());
  return { payload, envelope: await sealEnvelope(payload, publisher) };
}
const START = { sequence: 0, statementSha256: null };

async function receiptOf(
  envelope: Envelope,
  publication = 1,
  previousReceipt: string | null = null,
  policy = "2026-12-01",
) {
  const opened = await openStatement(envelope, MARKETPLACE, [await keyOf(publisher)]);
  if (!opened.ok) throw new Error(opened.problem.reason);
  const payload = buildReceipt(opened.value, {
    publication,
    previousReceipt,
    publishedAt: "2026-12-01T10:00:00Z",
    delivery: "public",
    sealed: null,
    policy,
    review: "human",
    keyId: await marketplace.keyId(),
  });
  return {
    payload,
    envelope: await sealEnvelope(payload, marketplace),
    sha256: await sha256Hex(canonicalBytes(payload)),
  };
}

describe("the worked statement", () => {
  it("is the published 793 bytes, digest and signature", async () => {
    expect(await sha256Hex(E1)).toBe("961833b1d6422204e8f0ea4ab864f4afea865ef430034f42f7d31559382019b2");
    const { envelope } = await statementOf();
    const bytes = decodeBase64url(envelope.payload) as Uint8Array;
    expect(bytes).toHaveLength(793);
    expect(await sha256Hex(bytes)).toBe("9c0ea0524775649c43d5be8ff95f6443066dbd483313d896f81300539d81c1a5");
    expect(envelope.signatures).toEqual([
      {
        keyId: "56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c",
        sig: encodeBase64url(
          decodeHex(
            "792676aa423fdd78d77b20dc20552d52fa61a84600169579db9461a90870ccc2a9745099c5ea117df81256a7d1e3926ff96635342928b90ee374bdf78be2f507",
          ) as Uint8Array,
        ),
      },
    ]);
  });

  it("is invalid against the payload without its type in front", async () => {
    const { envelope } = await statementOf();
    const bytes = decodeBase64url(envelope.payload) as Uint8Array;
    const sig = decodeBase64url(envelope.signatures[0]?.sig ?? "") as Uint8Array;
    const key = await publisher.publicKey();
    expect(await verifyEd25519(key, sig, bytes)).toBe(false);
    expect(await verifyEd25519(key, sig, signedBytes("rbsm-release-statement/1", bytes))).toBe(true);
  });
});

it("the worked receipt is the published 505 bytes and digest", async () => {
  const { payload, sha256 } = await receiptOf((await statementOf()).envelope);
  const bytes = canonicalBytes(payload);
  expect(bytes).toHaveLength(505);
  expect(new TextDecoder().decode(bytes)).toBe(
    '{"delivery":"public","keyId":"24f6ed6acbfe1009c030d7ca567c33ca4830911498236b5561a6c82abec5de28","marketplace":"plugins.example.org","name":"hello","policy":"2026-12-01","previousReceipt":null,"publication":1,"publishedAt":"2026-12-01T10:00:00Z","publisherSignatureSha256":"ffd16824bc7a7bd7a68eabc385191bfd7d5c5674e7fb3ecbefabf79107d58c5e","review":"human","sealed":null,"statementSha256":"9c0ea0524775649c43d5be8ff95f6443066dbd483313d896f81300539d81c1a5","type":"rbsm-release-receipt/1","version":"1.0.0"}',
  );
  expect(sha256).toBe("c5e1d2ceda7015bd70745e7ece17947121f72fcb78ea86787f80d927676074e6");
});

describe("an envelope", () => {
  const type = "rbsm-key-proof/1";
  const open = async (envelope: unknown) => openEnvelope(envelope, type, [await keyOf(publisher)]);
  const signText = async (text: string, prefix: string = type) => {
    const bytes = encodeUtf8(text);
    const sig = encodeBase64url(await publisher.sign(signedBytes(prefix, bytes)));
    return { payload: encodeBase64url(bytes), signatures: [{ keyId: await publisher.keyId(), sig }] };
  };

  it("gives its payload back when everything is right", async () => {
    const envelope = await sealEnvelope({ type, a: [1] }, publisher);
    const opened = await open(envelope);
    expect(opened).toMatchObject({ ok: true, value: { payload: { type, a: [1] }, keyId: await publisher.keyId() } });
  });

  it("is document_malformed in every other shape", async () => {
    const good = await sealEnvelope({ type }, publisher);
    const [signature] = good.signatures;
    const bad: readonly unknown[] = [
      null,
      "text",
      [],
      {},
      { ...good, extra: 1 },
      { ...good, payload: `${good.payload}=` },
      { ...good, payload: 7 },
      { ...good, signatures: [] },
      { ...good, signatures: [signature, signature] },
      { ...good, signatures: [{ ...signature, extra: 1 }] },
      { ...good, signatures: [{ ...signature, keyId: "AB" }] },
      await signText("[]"),
      await signText("{"),
      await signText(`{"type": "${type}"}`),
      await signText(`{"type":"${type}","a":1}`),
    ];
    for (const envelope of bad)
      expect(await open(envelope), JSON.stringify(envelope)).toMatchObject({
        problem: { reason: "document_malformed" },
      });
  });

  it("is document_type when it is a signed document of another kind, whichever prefix was signed", async () => {
    const receipt = await sealEnvelope({ type: "rbsm-release-receipt/1" }, publisher);
    expect(await open(receipt)).toMatchObject({ problem: { reason: "document_type" } });
    const lie = await signText('{"type":"rbsm-release-receipt/1"}');
    expect(await open(lie)).toMatchObject({ problem: { reason: "document_type" } });
  });

  it("is signature_malformed when the signature is not 64 canonical bytes", async () => {
    const good = await sealEnvelope({ type }, publisher);
    const keyId = await publisher.keyId();
    const sig = good.signatures[0]?.sig ?? "";
    for (const bad of ["", sig.slice(0, -2), `${sig}AA`, `${sig.slice(0, -1)}B`, `${sig}==`])
      expect(await open({ ...good, signatures: [{ keyId, sig: bad }] })).toMatchObject({
        problem: { reason: "signature_malformed" },
      });
  });

  it("is signature_invalid when the bytes or the signer changed, key_unknown for a stranger's key", async () => {
    const good = await sealEnvelope({ type, a: 1 }, publisher);
    const changed = { ...good, payload: encodeBase64url(canonicalBytes({ type, a: 2 })) };
    expect(await open(changed)).toMatchObject({ problem: { reason: "signature_invalid" } });
    const forged = await sealEnvelope({ type, a: 1 }, { ...marketplace, keyId: () => publisher.keyId() });
    expect(await open(forged)).toMatchObject({ problem: { reason: "signature_invalid" } });
    const stranger = await sealEnvelope({ type, a: 1 }, marketplace);
    expect(await open(stranger)).toMatchObject({ problem: { reason: "key_unknown" } });
  });
});

describe("a statement", () => {
  const seal = async (change: Partial<Statement> & { extra?: number }) => {
    const { payload } = await statementOf();
    return sealEnvelope({ ...payload, ...change } as never, publisher);
  };
  const open = async (envelope: unknown) => openStatement(envelope, MARKETPLACE, [await keyOf(publisher)]);

  it("is refused with the code of what is wrong in it", async () => {
    const other = "0".repeat(64);
    const table: readonly (readonly [string, Envelope])[] = [
      ["document_malformed", await seal({ extra: 1 })],
      ["document_malformed", await seal({ sequence: 0 })],
      ["statement_wrong_marketplace", await seal({ marketplace: "elsewhere.example" })],
      ["statement_mismatch", await seal({ keyId: other })],
      ["statement_chain", await seal({ previous: other })],
      ["statement_chain", await seal({ sequence: 2 })],
    ];
    for (const [reason, envelope] of table)
      expect(await open(envelope)).toMatchObject({ ok: false, problem: { reason } });
  });

  it("describes exactly one bundle", async () => {
    const { payload } = await statementOf();
    const bundle = await e1Bundle();
    expect(matchStatement(payload, bundle)).toBeNull();
    for (const field of ["publisher", "name", "version", "channel", "minAppVersion", "maxAppVersion"] as const) {
      const manifest = { ...bundle.manifest, [field]: "9.9.9" };
      expect(matchStatement(payload, { ...bundle, manifest })).toMatchObject({
        reason: "statement_mismatch",
        facts: { field },
      });
    }
    for (const change of [{ size: 1 }, { sha256: "00" }, { sha512: "00" }])
      expect(matchStatement(payload, { ...bundle, ...change })).toMatchObject({ reason: "statement_mismatch" });
    expect(matchStatement(payload, { ...bundle, manifestSha256: "00" })).toMatchObject({
      reason: "statement_manifest",
    });
    const more = { ...EMPTY, permissions: ["customers.read"] };
    expect(matchStatement(payload, { ...bundle, capabilities: more })).toMatchObject({
      reason: "statement_capabilities",
    });
  });

  it("is stale unless it is the next link after the head", async () => {
    const first = await statementOf();
    const digest = await sha256Hex(canonicalBytes(first.payload));
    const second = await statementOf("1.1.0", { sequence: 1, statementSha256: digest });
    expect(judgeSequence(first.payload, START)).toBeNull();
    expect(judgeSequence(second.payload, { sequence: 1, statementSha256: digest })).toBeNull();
    expect(judgeSequence(first.payload, { sequence: 1, statementSha256: digest })).toMatchObject({
      reason: "statement_stale",
      facts: { sequence: 1, statementSha256: digest },
    });
    expect(judgeSequence(second.payload, { sequence: 1, statementSha256: "0".repeat(64) })).toMatchObject({
      reason: "statement_stale",
    });
  });
});

describe("a receipt", () => {
  it("is refused with the code of what is wrong in it", async () => {
    const { payload } = await receiptOf((await statementOf()).envelope);
    const table: readonly (readonly [string, object])[] = [
      ["document_malformed", { review: "none" }],
      ["document_malformed", { publishedAt: "2026-12-01T10:00:00.000Z" }],
      ["receipt_mismatch", { marketplace: "elsewhere.example" }],
      ["receipt_mismatch", { keyId: "0".repeat(64) }],
      ["receipt_mismatch", { delivery: "sealed" }],
      ["receipt_chain", { publication: 2 }],
      ["receipt_chain", { previousReceipt: "0".repeat(64) }],
    ];
    for (const [reason, change] of table) {
      const envelope = await sealEnvelope({ ...payload, ...change } as never, marketplace);
      expect(
        await openReceipt(envelope, MARKETPLACE, [await keyOf(marketplace)]),
        JSON.stringify(change),
      ).toMatchObject({
        ok: false,
        problem: { reason },
      });
    }
  });
});

describe("verifying a release", () => {
  const question = async (change: object = {}) => {
    const statement = (await statementOf()).envelope;
    return {
      trust: { marketplace: MARKETPLACE, receiptKeys: [await keyOf(marketplace)] },
      publisherKeys: [await keyOf(publisher)],
      statement,
      receipt: (await receiptOf(statement)).envelope,
      bytes: E1,
      name: "hello",
      version: "1.0.0",
      ...change,
    };
  };
  const reasonOf = async (change: object) => {
    const verified = await verifyRelease(await question(change));
    return verified.ok ? "verified" : verified.problem.reason;
  };

  it("answers what to remember", async () => {
    const verified = await verifyRelease(await question());
    expect(verified).toMatchObject({
      ok: true,
      value: {
        remember: {
          publication: 1,
          receiptSha256: "c5e1d2ceda7015bd70745e7ece17947121f72fcb78ea86787f80d927676074e6",
          publisherKeyIds: [await publisher.keyId()],
        },
      },
    });
  });

  it("refuses every swap", async () => {
    const other = await statementOf("1.1.0");
    const resigned = await sealEnvelope((await statementOf()).payload, marketplace);
    const own = { ...(await keyOf(publisher)), publicKey: encodeHex(await marketplace.publicKey()) };
    const longer = new Uint8Array([...E1, 0]);
    const flipped = E1.map((byte, i) => (i === 44 ? byte ^ 1 : byte));
    const table: readonly (readonly [string, object])[] = [
      ["statement_mismatch", { version: "1.1.0" }],
      ["statement_mismatch", { name: "goodbye" }],
      ["receipt_mismatch", { statement: other.envelope }],
      ["receipt_mismatch", { receipt: (await receiptOf(other.envelope)).envelope }],
      ["receipt_mismatch", { trust: { marketplace: "elsewhere.example", receiptKeys: [await keyOf(marketplace)] } }],
      ["key_unknown", { trust: { marketplace: MARKETPLACE, receiptKeys: [] } }],
      ["key_unknown", { publisherKeys: [] }],
      ["key_unknown", { publisherKeys: [own] }],
      ["key_unknown", { statement: resigned }],
      [
        "document_type",
        { receipt: other.envelope, trust: { marketplace: MARKETPLACE, receiptKeys: [await keyOf(publisher)] } },
      ],
      ["bundle_digest_mismatch", { bytes: longer }],
      ["bundle_digest_mismatch", { bytes: flipped }],
    ];
    for (const [reason, change] of table)
      expect(await reasonOf(change), JSON.stringify(Object.keys(change))).toBe(reason);
  });

  it("refuses a statement for another marketplace even with a receipt of ours over it", async () => {
    const payload = { ...(await statementOf()).payload, marketplace: "elsewhere.example" };
    const envelope = await sealEnvelope(payload, publisher);
    expect(await reasonOf({ statement: envelope })).toBe("statement_wrong_marketplace");
  });

  it("refuses to go back, and a second history", async () => {
    const statement = (await statementOf()).envelope;
    const publisherKeyIds = [await publisher.keyId()];
    const first = await receiptOf(statement);
    const second = await receiptOf(statement, 2, first.sha256);
    const secondAgain = await receiptOf(statement, 2, first.sha256, "2027-01-01");
    const seenFirst = { publication: 1, receiptSha256: first.sha256, publisherKeyIds };
    const seenSecond = { publication: 2, receiptSha256: second.sha256, publisherKeyIds };
    expect(await reasonOf({ receipt: first.envelope, remembered: seenFirst })).toBe("verified");
    expect(await reasonOf({ receipt: second.envelope, remembered: seenFirst })).toBe("verified");
    expect(await reasonOf({ receipt: first.envelope, remembered: seenSecond })).toBe("publication_rollback");
    expect(await reasonOf({ receipt: secondAgain.envelope, remembered: seenSecond })).toBe("publication_fork");
    const elsewhere = await receiptOf(statement, 2, "0".repeat(64));
    expect(await reasonOf({ receipt: elsewhere.envelope, remembered: seenFirst })).toBe("receipt_chain");
    expect(await reasonOf({ receipt: first.envelope, remembered: seenSecond, asCurrent: false })).toBe("verified");
  });

  it("believes a key it has not seen of this publisher only at first sight", async () => {
    const seen = { publication: 1, receiptSha256: "0".repeat(64), publisherKeyIds: ["1".repeat(64)] };
    expect(await reasonOf({ remembered: seen })).toBe("key_unknown");
  });

  it("cuts a compromised or retired key by sequence", async () => {
    const key = await keyOf(publisher);
    const cases = [
      ["key_compromised", { state: "compromised", fromSequence: 1 }],
      ["key_compromised", { state: "compromised" }],
      ["key_retired", { state: "retired", fromSequence: 1 }],
      ["verified", { state: "compromised", fromSequence: 2 }],
      ["verified", { state: "retired", fromSequence: 2 }],
    ] as const;
    for (const [reason, change] of cases)
      expect(await reasonOf({ publisherKeys: [{ ...key, ...change }] })).toBe(reason);
  });
});
