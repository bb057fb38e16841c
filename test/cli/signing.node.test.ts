import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openBundle } from "../../src/domain/bundle/open.ts";
import { encodeHex } from "../../src/domain/bytes.ts";
import { sha256Hex } from "../../src/domain/digest.ts";
import { type Envelope, sealEnvelope } from "../../src/domain/trust/envelope.ts";
import { buildKeyEvent, type KeyChainHead, type KeyChange } from "../../src/domain/trust/key-event.ts";
import { buildReceipt } from "../../src/domain/trust/receipt.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../src/domain/trust/signer.ts";
import { openStatement } from "../../src/domain/trust/statement.ts";
import { documentOf, rbsm } from "./run-rbsm.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const MARKETPLACE = "plugins.example.org";
const OFFLINE = ["--marketplace", `https://${MARKETPLACE}`];
const receiptSigner = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(7))) as Ed25519Signer;
let cwd = "";

/** Two plugins, one key, a pinned list; nobody to ask. */
beforeAll(async () => {
  cwd = await mkdtemp(path.join(os.tmpdir(), "rbsm-signing-"));
  await rbsm(["init", "notes", "--name", "visit-notes", "--publisher", "acme"], { cwd });
  await rbsm(["init", "board", "--name", "pipeline-board", "--template", "ui", "--publisher", "acme"], { cwd });
  await rbsm(["pack", "notes", "--out", "notes.rbsm"], { cwd });
  await rbsm(["pack", "board", "--out", "board.rbsm"], { cwd });
  await rbsm(["keys", "create"], { cwd });
  await rbsm(["keys", "create", "other"], { cwd });
  await writeTrust("trust.json", MARKETPLACE, receiptSigner);
  expect((await rbsm(["sign", "notes.rbsm", "--sequence", "1", ...OFFLINE], { cwd })).code).toBe(0);
  expect((await rbsm(["sign", "board.rbsm", "--sequence", "1", ...OFFLINE], { cwd })).code).toBe(0);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function writeTrust(file: string, marketplace: string, signer: Ed25519Signer): Promise<void> {
  const key = { keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) };
  await writeFile(path.join(cwd, file), JSON.stringify({ marketplace, receiptKeys: [key] }));
}

async function readJson(file: string) {
  return JSON.parse(await readFile(path.join(cwd, file), "utf8"));
}

async function publicKey(name = "default"): Promise<string> {
  return documentOf(await rbsm(["keys", "export", name, "--json"], { cwd })).publicKey as string;
}

/** The receipt a marketplace would give for a signed statement. */
async function receiptFor(statement: Envelope, signer = receiptSigner) {
  const keyId = statement.signatures[0]?.keyId as string;
  const keys = (await Promise.all(["default", "other"].map(publicKey))).map((hex) => ({ keyId, publicKey: hex }));
  for (const key of keys) {
    const opened = await openStatement(statement, MARKETPLACE, [key]);
    if (!opened.ok) continue;
    const terms = {
      publication: 1,
      previousReceipt: null,
      publishedAt: "2026-12-01T10:00:00Z",
      delivery: "public",
      sealed: null,
      policy: "2026-12-01",
      review: "human",
      keyId: await signer.keyId(),
    } as const;
    return sealEnvelope(buildReceipt(opened.value, terms), signer);
  }
  throw new Error("the statement does not open");
}

async function verify(file: string, ...args: string[]) {
  const run = await rbsm(["verify", file, "--trust", "trust.json", ...args, "--json"], { cwd });
  return { code: run.code, ...documentOf(run) };
}

describe("a signed statement", () => {
  it("verifies without network and says that nothing is known about publication", async () => {
    expect(await verify("notes.rbsm", "--statement", "notes.rbsm.statement.json")).toMatchObject({
      code: 0,
      ok: true,
      name: "visit-notes",
      version: "0.1.0",
      publisher: "acme",
      marketplace: MARKETPLACE,
      sequence: 1,
      receipt: null,
    });
  });

  it("is the same however often it is made", async () => {
    await rbsm(["sign", "notes.rbsm", "--sequence", "1", ...OFFLINE, "--out", "again.json"], { cwd });
    expect(await readJson("again.json")).toEqual(await readJson("notes.rbsm.statement.json"));
  });

  it("continues the chain it is told", async () => {
    const previous = "ab".repeat(32);
    const signed = await rbsm(
      ["sign", "notes.rbsm", "--sequence", "7", "--previous", previous, ...OFFLINE, "--out", "7.json"],
      { cwd },
    );
    expect(signed.code).toBe(0);
    const { payload } = await readJson("7.json");
    expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({ sequence: 7, previous });
  });

  it.each([
    ["sequence zero", ["--sequence", "0"]],
    ["a previous digest at number 1", ["--sequence", "1", "--previous", "ab".repeat(32)]],
    ["no previous digest at number 2", ["--sequence", "2"]],
    ["a previous digest alone", ["--previous", "ab".repeat(32)]],
  ])("is not made for %s", async (_, flags) => {
    const signed = await rbsm(["sign", "notes.rbsm", ...flags, ...OFFLINE, "--out", "never.json", "--json"], { cwd });
    expect(signed.code).toBe(2);
    expect(documentOf(signed).problem).toMatchObject({ code: "option_invalid", kind: "misuse" });
  });

  it("is not made for bytes the reader refuses", async () => {
    await writeFile(path.join(cwd, "bad.rbsm"), "PK nothing of the kind, but long enough to be looked at".repeat(4));
    const signed = await rbsm(["sign", "bad.rbsm", "--sequence", "1", ...OFFLINE, "--json"], { cwd });
    expect(signed.code).toBe(1);
    expect(documentOf(signed).problem).toMatchObject({ code: "not_zip", kind: "bundle" });
  });
});

describe("verification refuses", () => {
  it("the statement of another plugin", async () => {
    expect(await verify("notes.rbsm", "--statement", "board.rbsm.statement.json")).toMatchObject({
      code: 1,
      problem: { code: "bundle_digest_mismatch" },
    });
  });

  it("another name or version than was asked for", async () => {
    const args = ["--statement", "notes.rbsm.statement.json"];
    for (const asked of [
      ["--name", "pipeline-board"],
      ["--version", "0.2.0"],
    ])
      expect(await verify("notes.rbsm", ...args, ...asked)).toMatchObject({
        code: 1,
        problem: { code: "statement_mismatch", kind: "trust" },
      });
  });

  it("a statement signed by another key than the one allowed", async () => {
    await rbsm(["sign", "notes.rbsm", "--key-name", "other", "--sequence", "1", ...OFFLINE, "--out", "other.json"], {
      cwd,
    });
    expect(await verify("notes.rbsm", "--statement", "other.json")).toMatchObject({ code: 0 });
    const allowed = ["--publisher-key", await publicKey()];
    expect(await verify("notes.rbsm", "--statement", "other.json", ...allowed)).toMatchObject({
      code: 1,
      problem: { code: "key_unknown", kind: "trust" },
    });
  });

  it("a signature put under another key's name", async () => {
    const other = await readJson("other.json");
    const own = await readJson("notes.rbsm.statement.json");
    const forged = { payload: own.payload, signatures: [{ ...own.signatures[0], sig: other.signatures[0].sig }] };
    await writeFile(path.join(cwd, "forged.json"), JSON.stringify(forged));
    expect(await verify("notes.rbsm", "--statement", "forged.json")).toMatchObject({
      code: 1,
      problem: { code: "signature_invalid" },
    });
  });

  it("a bundle with one byte changed, wherever it is", async () => {
    const bytes = await readFile(path.join(cwd, "notes.rbsm"));
    for (const at of [0, 60, bytes.length >> 1, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      await writeFile(path.join(cwd, "changed.rbsm"), changed);
      expect(await verify("changed.rbsm", "--statement", "notes.rbsm.statement.json")).toMatchObject({
        code: 1,
        problem: { code: "bundle_digest_mismatch", kind: "bundle" },
      });
    }
  });

  it("a statement with one letter changed", async () => {
    const own = await readJson("notes.rbsm.statement.json");
    const text = Buffer.from(own.payload, "base64url").toString().replace('"sequence":1', '"sequence":2');
    const changed = { ...own, payload: Buffer.from(text).toString("base64url") };
    await writeFile(path.join(cwd, "letter.json"), JSON.stringify(changed));
    expect(await verify("notes.rbsm", "--statement", "letter.json")).toMatchObject({
      code: 1,
      problem: { code: "signature_invalid" },
    });
  });

  it("a statement made for another marketplace", async () => {
    const elsewhere = ["--marketplace", "https://other.example.org"];
    await rbsm(["sign", "notes.rbsm", "--sequence", "1", ...elsewhere, "--out", "elsewhere.json"], { cwd });
    expect(await verify("notes.rbsm", "--statement", "elsewhere.json")).toMatchObject({
      code: 1,
      problem: { code: "statement_wrong_marketplace" },
    });
  });

  it.each(["{}", "[]", "not json", '{"payload":"e30","signatures":[]}'])("a document like %s", async (text) => {
    await writeFile(path.join(cwd, "odd.json"), text);
    expect(await verify("notes.rbsm", "--statement", "odd.json")).toMatchObject({
      code: 1,
      problem: { code: "document_malformed" },
    });
  });

  it("to guess which documents are meant, or to go without a key list", async () => {
    const vague = await rbsm(["verify", "notes.rbsm", "--json"], { cwd });
    expect([vague.code, documentOf(vague).problem?.code]).toEqual([2, "option_missing"]);
    const args = ["verify", "notes.rbsm", "--statement", "notes.rbsm.statement.json", ...OFFLINE, "--json"];
    const unpinned = await rbsm(args, { cwd });
    expect(unpinned.code).toBe(1);
    expect(documentOf(unpinned).problem).toMatchObject({ code: "trust_list_missing", kind: "trust" });
  });
});

/** Key events of `acme`, each by its signer, as the marketplace would list them. */
async function keyEvents(...links: readonly (readonly [Ed25519Signer, KeyChange])[]) {
  let head: KeyChainHead = { sequence: 0, eventSha256: null };
  const envelopes: Envelope[] = [];
  for (const [signer, change] of links) {
    const event = buildKeyEvent({ marketplace: MARKETPLACE, publisher: "acme" }, head, change);
    const envelope = await sealEnvelope(event, signer);
    const eventSha256 = await sha256Hex(new Uint8Array(Buffer.from(envelope.payload, "base64url")));
    head = { sequence: head.sequence + 1, eventSha256 };
    envelopes.push(envelope);
  }
  return envelopes;
}

async function ownSigner(name: string): Promise<Ed25519Signer> {
  const pem = await readFile(path.join(cwd, `config/rbsm/keys/${name}.pem`), "utf8");
  return createSigner(new Uint8Array(Buffer.from(pem.replace(/-----.*-----/g, ""), "base64"))) as Ed25519Signer;
}

describe("a publisher's key events, without network", () => {
  const release = ["--release", "offline.json"];
  let statement: Envelope;
  let first: Ed25519Signer;
  let second: Ed25519Signer;

  /** The release file of `rbsm install`, with these events. */
  async function writeRelease(events: readonly unknown[], signed = statement) {
    const listed = [first, second].map(async (key) => ({
      keyId: await key.keyId(),
      publicKey: encodeHex(await key.publicKey()),
      state: "active",
    }));
    const document = { statement: signed, receipt: await receiptFor(signed), publisherKeys: await Promise.all(listed) };
    await writeFile(path.join(cwd, "offline.json"), JSON.stringify({ ...document, keyEvents: events }));
  }
  async function addSecond(): Promise<KeyChange> {
    return { action: "add", publicKey: encodeHex(await second.publicKey()) };
  }

  beforeAll(async () => {
    statement = await readJson("notes.rbsm.statement.json");
    first = await ownSigner("default");
    second = await ownSigner("other");
  });

  it("void what a compromised key signed from its cut on, though the list of keys is silent", async () => {
    const keyId = await first.keyId();
    const cases = [
      [{}, 1],
      [{ "visit-notes": 1 }, 1],
      [{ "visit-notes": 2 }, 0],
    ] as const;
    for (const [fromSequence, code] of cases) {
      const change = { action: "compromise", keyId, fromSequence } as const;
      await writeRelease(await keyEvents([first, await addSecond()], [second, change]));
      const verified = await verify("notes.rbsm", ...release);
      expect(verified.code, JSON.stringify(verified)).toBe(code);
      if (code === 1) expect(verified.problem).toMatchObject({ code: "key_compromised", kind: "trust" });
    }
  });

  it("leave standing what a key signed before it was retired, and nothing that has no receipt", async () => {
    const events = await keyEvents(
      [first, await addSecond()],
      [second, { action: "retire", keyId: await first.keyId() }],
    );
    await writeRelease(events);
    expect((await verify("notes.rbsm", ...release)).code).toBe(0);
    await writeFile(
      path.join(cwd, "events.json"),
      JSON.stringify({ events: events.map((envelope) => ({ envelope })) }),
    );
    const alone = ["--statement", "notes.rbsm.statement.json", "--key-events", "events.json"];
    expect(await verify("notes.rbsm", ...alone)).toMatchObject({ code: 1, problem: { code: "key_retired" } });
  });

  it("bring a rotated key to a machine that knows the old one; without them it is a stranger", async () => {
    await writeRelease([]);
    expect((await verify("notes.rbsm", ...release)).code).toBe(0);
    const rotated = JSON.parse(await readFile(path.join(cwd, "other.json"), "utf8")) as Envelope;
    await writeRelease([], rotated);
    // The same publication under another receipt would be a fork: this machine forgets the receipt, not the key.
    const state = path.join(cwd, ".local/state/rbsm/seen.json");
    const seen = JSON.parse(await readFile(state, "utf8"));
    const [plugin] = Object.keys(seen.plugins);
    seen.plugins[plugin as string] = { ...seen.plugins[plugin as string], publication: 1, receipts: {} };
    const receiptSha256 = await digestOf((await receiptFor(rotated)) as Envelope);
    seen.plugins[plugin as string].receiptSha256 = receiptSha256;
    await writeFile(state, JSON.stringify(seen));
    expect(await verify("notes.rbsm", ...release)).toMatchObject({ code: 1, problem: { code: "key_unknown" } });
    await writeRelease(await keyEvents([first, await addSecond()]), rotated);
    const believed = await verify("notes.rbsm", ...release);
    expect(believed.code, JSON.stringify(believed)).toBe(0);
    await rm(state);
  });

  it("are refused with a hole or a forged link, and a file that holds none is named", async () => {
    const change = { action: "compromise", keyId: await first.keyId(), fromSequence: {} } as const;
    const [added, condemned] = await keyEvents([first, await addSecond()], [second, change]);
    const forged = { ...condemned, signatures: added?.signatures };
    for (const events of [[condemned], [condemned, added], [added, forged]]) {
      await writeRelease(events);
      const verified = await verify("notes.rbsm", ...release);
      expect(verified.code).toBe(1);
      expect(verified.problem?.code).toMatch(/^(document_malformed|signature_invalid)$/);
    }
    await writeFile(path.join(cwd, "events.json"), "{}");
    expect(await verify("notes.rbsm", "--release", "offline.json", "--key-events", "events.json")).toMatchObject({
      code: 2,
      problem: { code: "key_events_malformed" },
    });
  });
});

async function digestOf({ payload }: Envelope): Promise<string> {
  return sha256Hex(new Uint8Array(Buffer.from(payload, "base64url")));
}

describe("a release", () => {
  it("verifies with statement and receipt from a file", async () => {
    const statement = await readJson("notes.rbsm.statement.json");
    await writeFile(
      path.join(cwd, "release.json"),
      JSON.stringify({ statement, receipt: await receiptFor(statement) }),
    );
    expect(await verify("notes.rbsm", "--release", "release.json")).toMatchObject({
      code: 0,
      ok: true,
      name: "visit-notes",
      receipt: { publication: 1, delivery: "public", publishedAt: "2026-12-01T10:00:00Z" },
    });
  });

  it("is refused with the receipt of another plugin, of a key that is not pinned, or with none", async () => {
    const statement = await readJson("notes.rbsm.statement.json");
    const foreign = await receiptFor(await readJson("board.rbsm.statement.json"));
    const stranger = createSigner(pkcs8OfSeed(new Uint8Array(32).fill(9))) as Ed25519Signer;
    const cases = [
      [{ statement, receipt: foreign }, 1, "receipt_mismatch"],
      [{ statement, receipt: await receiptFor(statement, stranger) }, 1, "key_unknown"],
      [{ statement, receipt: null }, 2, "release_malformed"],
      [{ statement, receipt: statement }, 1, "key_unknown"],
    ] as const;
    for (const [release, code, problem] of cases) {
      await writeFile(path.join(cwd, "wrong.json"), JSON.stringify(release));
      expect(await verify("notes.rbsm", "--release", "wrong.json")).toMatchObject({ code, problem: { code: problem } });
    }
  });

  it("is refused for other bytes, even sound ones", async () => {
    await copyFile(path.join(cwd, "board.rbsm"), path.join(cwd, "swapped.rbsm"));
    expect(await verify("swapped.rbsm", "--release", "release.json")).toMatchObject({
      code: 1,
      problem: { code: "bundle_digest_mismatch" },
    });
  });

  it("packs to what the reader opened: the statement names its size and digests", async () => {
    const opened = await openBundle(new Uint8Array(await readFile(path.join(cwd, "notes.rbsm"))));
    const { payload } = await readJson("notes.rbsm.statement.json");
    const { size, sha256, sha512 } = opened.ok ? opened.value : { size: 0, sha256: "", sha512: "" };
    expect(JSON.parse(Buffer.from(payload, "base64url").toString()).bundle).toEqual({ size, sha256, sha512 });
  });
});
