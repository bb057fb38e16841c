import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { type Envelope, sealEnvelope } from "../../../src/domain/trust/envelope.ts";
import { buildKeyEvent, type KeyChainHead, type KeyChange } from "../../../src/domain/trust/key-event.ts";
import { makeKeyProof } from "../../../src/domain/trust/key-proof.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { call } from "../account/calls.worker.ts";
import { decide, makePublisher, makeRelease, type Publisher, publish, upload } from "./market.worker.ts";

const START: KeyChainHead = { sequence: 0, eventSha256: null };
let seeds = 1;

function newSigner(): Ed25519Signer {
  const seed = new Uint8Array(32).fill(0x91);
  seed[0] = seeds++;
  return createSigner(pkcs8OfSeed(seed)) as Ed25519Signer;
}

async function headOf({ handle }: Publisher): Promise<KeyChainHead> {
  const { body } = await call("GET", `/v1/publishers/${handle}/key-events`);
  const last = body.events.at(-1);
  return last === undefined ? START : { sequence: last.sequence, eventSha256: last.sha256 };
}

interface Sending {
  readonly by?: Ed25519Signer;
  readonly head?: KeyChainHead;
  readonly proof?: Envelope;
  readonly bearer?: string;
  readonly subject?: { readonly marketplace: string; readonly publisher: string };
}

async function send(publisher: Publisher, change: KeyChange, sending: Sending = {}) {
  const subject = sending.subject ?? { marketplace: "localhost", publisher: publisher.handle };
  const payload = buildKeyEvent(subject, sending.head ?? (await headOf(publisher)), change);
  const event = await sealEnvelope(payload, sending.by ?? publisher.signer);
  return call("POST", `/v1/publishers/${publisher.handle}/key-events`, {
    bearer: sending.bearer ?? publisher.token,
    body: { event, ...(sending.proof === undefined ? {} : { proof: sending.proof }) },
  });
}

async function offer(publisher: Publisher, signer: Ed25519Signer) {
  const publicKey = encodeHex(await signer.publicKey());
  return call("POST", `/v1/publishers/${publisher.handle}/keys/pending`, {
    bearer: publisher.token,
    body: { publicKey },
  });
}

async function prove({ accountId, handle }: Publisher, signer: Ed25519Signer, nonce: string): Promise<Envelope> {
  const subject = { account: accountId, publisher: handle, marketplace: "localhost" };
  return makeKeyProof(subject, nonce, signer, Math.floor(Date.now() / 1000));
}

/** A key that joins the way it should. */
async function add(publisher: Publisher, signer = newSigner(), sending: Sending = {}) {
  const offered = await offer(publisher, signer);
  if (offered.status !== 201) return { signer, answer: offered };
  const proof = await prove(publisher, signer, offered.body.nonce);
  const publicKey = encodeHex(await signer.publicKey());
  return { signer, answer: await send(publisher, { action: "add", publicKey }, { proof, ...sending }) };
}

async function nameHead(publisher: Publisher, name: string) {
  return (await call("GET", `/v1/plugins/by-name/${name}/head`, { bearer: publisher.token })).body;
}

describe("a key that joins", () => {
  it("is pending until a key in use adds it, then signs; for a day its releases wait", async () => {
    const house = await makePublisher("two-hands");
    const { signer, answer } = await add(house);
    expect(answer).toMatchObject({ status: 201, body: { sequence: 1, action: "add", keyId: await signer.keyId() } });
    const keys = (await call("GET", "/v1/publishers/two-hands/keys")).body.keys;
    expect(keys.map((key: { state: string }) => key.state)).toEqual(["active", "active"]);
    const { events } = (await call("GET", "/v1/publishers/two-hands/key-events")).body;
    expect(events).toMatchObject([{ sequence: 1, action: "add", signerKeyId: await house.signer.keyId() }]);

    const release = await makeRelease({ ...house, signer }, "second-hand");
    const uploaded = await upload(house.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
    expect(uploaded.status).toBe(201);
    const waited = await call("GET", `/v1/releases/${uploaded.body.releaseId}?wait=30`, { bearer: house.token });
    expect(waited.body).toMatchObject({ state: "review", gates: ["velocity", "desk"] });
    expect(Date.parse(waited.body.earliest) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect((await decide(uploaded.body.releaseId, release.sha256)).status).toBe(409);

    const audit = await env.DB.prepare("SELECT count(*) AS n FROM audit WHERE action = 'key.added' AND subject_id = ?")
      .bind(house.publisherId)
      .first("n");
    expect(audit).toBe(2);
    const change = await env.DB.prepare("SELECT subject FROM changes WHERE kind = 'publisher.key.added'").first(
      "subject",
    );
    expect(change).toBe("two-hands");
  });

  it("needs a key in use: a token and a proof alone enroll nothing", async () => {
    const house = await makePublisher("token-only");
    const signer = newSigner();
    const { nonce } = (await offer(house, signer)).body;
    const proof = await prove(house, signer, nonce);
    const enrolled = await call("POST", "/v1/publishers/token-only/keys", { bearer: house.token, body: proof });
    expect(enrolled).toMatchObject({ status: 422, body: { code: "key_proof_expired" } });
    const publicKey = encodeHex(await signer.publicKey());
    const selfMade = await send(house, { action: "add", publicKey }, { by: signer, proof });
    expect(selfMade.body.code).toBe("key_unknown");
    expect((await call("GET", "/v1/publishers/token-only/keys")).body.keys).toHaveLength(1);
  });

  it("proves itself over the nonce handed out for it, once", async () => {
    const house = await makePublisher("proof-house");
    const [signer, other] = [newSigner(), newSigner()];
    const publicKey = encodeHex(await signer.publicKey());
    const change = { action: "add", publicKey } as const;
    expect((await send(house, change)).body.code).toBe("key_proof_invalid");
    const foreign = await prove(house, other, (await offer(house, other)).body.nonce);
    expect((await send(house, change, { proof: foreign })).body.code).toBe("key_proof_invalid");
    const borrowed = await prove(house, signer, (await offer(house, other)).body.nonce);
    expect((await send(house, change, { proof: borrowed })).body.code).toBe("key_proof_expired");
    const proof = await prove(house, signer, (await offer(house, signer)).body.nonce);
    await env.DB.prepare("UPDATE key_nonces SET expires_at = 1 WHERE public_key = ?").bind(publicKey).run();
    expect((await send(house, change, { proof })).body.code).toBe("key_proof_expired");
    expect((await add(house, signer)).answer.status).toBe(201);
    expect((await add(house, signer)).answer.body.code).toBe("key_reused");
  });

  it("joins one publisher only, and never as a ninth", async () => {
    const house = await makePublisher("many-keys");
    for (let count = 1; count < 8; count++) expect((await add(house)).answer.status).toBe(201);
    expect((await add(house)).answer.body.code).toBe("key_limit");
    const neighbour = await makePublisher("one-key-more");
    expect((await add(neighbour, house.signer)).answer.body.code).toBe("key_proof_expired");
  });

  it("passes the checks on its bytes first", async () => {
    const house = await makePublisher("odd-keys");
    const small = `01${"00".repeat(31)}`;
    const path = "/v1/publishers/odd-keys/keys/pending";
    const refused = await call("POST", path, { bearer: house.token, body: { publicKey: small } });
    expect(refused.body.code).toBe("key_small_order");
    expect((await send(house, { action: "add", publicKey: small })).body.code).toBe("key_small_order");
  });

  it("comes once, however many send it at the same time", async () => {
    const house = await makePublisher("racing-keys");
    const signers = [newSigner(), newSigner(), newSigner(), newSigner()];
    const answers = await Promise.all(signers.map((signer) => add(house, signer, { head: START })));
    expect(answers.map(({ answer }) => answer.status).sort()).toEqual([201, 409, 409, 409]);
    expect((await call("GET", "/v1/publishers/racing-keys/keys")).body.keys).toHaveLength(2);
    const refused = answers.filter(({ answer }) => answer.status === 409);
    expect(refused.map(({ answer }) => answer.body.code)).toEqual(Array(3).fill("key_event_stale"));
  });
});

describe("a key event", () => {
  it("is an owner's, about this publisher, at this marketplace, the next link", async () => {
    const house = await makePublisher("chain-house");
    const stranger = await makePublisher("chain-stranger");
    const { signer } = await add(house);
    const change = { action: "retire", keyId: await signer.keyId() } as const;
    expect((await send(house, change, { bearer: stranger.token })).status).toBe(404);
    expect((await send(house, change, { by: stranger.signer })).body.code).toBe("key_unknown");
    expect((await send(house, change, { head: START })).body).toMatchObject({ code: "key_event_stale", sequence: 1 });
    const late = { sequence: 1, eventSha256: "0".repeat(64) };
    expect((await send(house, change, { head: late })).body.code).toBe("key_event_stale");
    const elsewhere = { marketplace: "plugins.example.org", publisher: "chain-house" };
    expect((await send(house, change, { subject: elsewhere })).body.code).toBe("statement_wrong_marketplace");
    const other = { marketplace: "localhost", publisher: "chain-stranger" };
    expect((await send(house, change, { subject: other })).body.code).toBe("statement_mismatch");
    const unknown = { action: "retire", keyId: await stranger.signer.keyId() } as const;
    expect((await send(house, unknown)).body.code).toBe("key_unknown");
    const recovery = { action: "recover", publicKey: encodeHex(await newSigner().publicKey()) } as unknown as KeyChange;
    expect((await send(house, recovery)).body.code).toBe("key_event_refused");
    const own = { action: "retire", keyId: await house.signer.keyId() } as const;
    await env.DB.prepare("UPDATE publisher_members SET role = 'maintainer' WHERE publisher_id = ?")
      .bind(Number(house.publisherId))
      .run();
    expect((await send(house, own)).status).toBe(403);
  });

  it("retires a key: what it signed stays, nothing comes after, and it never returns", async () => {
    const house = await makePublisher("retired-hand");
    const first = await makeRelease(house, "old-and-new");
    const { pluginId } = await publish(house, first);
    const waiting = await makeRelease(house, "old-and-new", {
      version: "1.1.0",
      head: await nameHead(house, "old-and-new"),
    });
    const staged = await upload(house.token, { bundle: waiting.bytes, statement: waiting.statement, plugin: {} });
    await call("GET", `/v1/releases/${staged.body.releaseId}?wait=30`, { bearer: house.token });

    const { signer } = await add(house);
    const keyId = await house.signer.keyId();
    expect((await send(house, { action: "retire", keyId }, { by: signer })).status).toBe(201);
    const keys = (await call("GET", "/v1/publishers/retired-hand/keys")).body.keys;
    expect(keys.find((key: { keyId: string }) => key.keyId === keyId)).toMatchObject({
      state: "retired",
      cuts: { "old-and-new": 3 },
    });
    expect((await call("GET", `/v1/plugins/${pluginId}`)).status).toBe(200);
    expect((await decide(staged.body.releaseId, waiting.sha256)).status).toBe(200);

    const late = await makeRelease(house, "old-and-new", {
      version: "1.2.0",
      head: await nameHead(house, "old-and-new"),
    });
    const refused = await upload(house.token, { bundle: late.bytes, statement: late.statement, plugin: {} });
    expect(refused.body.code).toBe("key_retired");
    const fresh = await makeRelease(house, "all-new");
    const alsoRefused = await upload(house.token, { bundle: fresh.bytes, statement: fresh.statement, plugin: {} });
    expect(alsoRefused.body.code).toBe("key_retired");
    expect((await send(house, { action: "retire", keyId }, { by: signer })).body.code).toBe("key_retired");
    expect((await add(house, house.signer, { by: signer })).answer.body.code).toBe("key_reused");
    expect((await send(house, { action: "retire", keyId: await signer.keyId() })).body.code).toBe("key_retired");
    const last = await send(house, { action: "retire", keyId: await signer.keyId() }, { by: signer });
    expect(last.body.code).toBe("key_event_refused");
  });

  it("condemns a key: what it signed from the cut on is blocked until signed again, what came before stands", async () => {
    const house = await makePublisher("stolen-hand");
    const one = await makeRelease(house, "cut-at-two");
    const { pluginId, releaseId } = await publish(house, one);
    const two = await makeRelease(house, "cut-at-two", { version: "1.1.0", head: await nameHead(house, "cut-at-two") });
    const second = await publish(house, two);
    const three = await makeRelease(house, "cut-at-two", {
      version: "1.2.0",
      head: await nameHead(house, "cut-at-two"),
    });
    const pending = await upload(house.token, { bundle: three.bytes, statement: three.statement, plugin: {} });
    await call("GET", `/v1/releases/${pending.body.releaseId}?wait=30`, { bearer: house.token });
    const unnamed = await publish(house, await makeRelease(house, "not-named"));

    const { signer } = await add(house);
    const keyId = await house.signer.keyId();
    const fromSequence = { "cut-at-two": 2 };
    const said = await send(house, { action: "compromise", keyId, fromSequence }, { by: signer });
    expect(said.status).toBe(201);

    const stateOf = async (id: string) =>
      (await call("GET", `/v1/releases/${id}`, { bearer: house.token })).body as { state: string; gates: string[] };
    expect((await stateOf(releaseId)).state).toBe("published");
    expect((await stateOf(second.releaseId)).state).toBe("blocked");
    expect((await stateOf(unnamed.releaseId)).state).toBe("blocked");
    expect(await stateOf(pending.body.releaseId)).toMatchObject({ state: "review", gates: ["statement", "desk"] });
    expect((await call("GET", `/bundles/${two.sha256}.rbsm`)).status).toBe(410);
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.version).toBe("1.0.0");
    expect((await call("GET", `/v1/plugins/${unnamed.pluginId}`)).status).toBe(404);
    const change =
      "SELECT count(*) AS n FROM changes WHERE kind = 'release.blocked' AND subject IN ('cut-at-two', 'not-named')";
    expect(await env.DB.prepare(change).first("n")).toBe(2);

    const head = () => nameHead(house, "cut-at-two");
    const thief = await makeRelease(house, "cut-at-two", { version: "1.3.0", head: await head() });
    const stolen = await upload(house.token, { bundle: thief.bytes, statement: thief.statement, plugin: {} });
    expect(stolen.body.code).toBe("key_compromised");
    const again = await send(house, { action: "compromise", keyId, fromSequence }, { by: signer });
    expect(again.body.code).toBe("key_compromised");
    const back = await send(house, { action: "retire", keyId: await signer.keyId() });
    expect(back.body.code).toBe("key_compromised");

    // The key is older than a day now: its releases are decided at once.
    await env.DB.prepare("UPDATE publisher_keys SET trusted_at = 1 WHERE key_id = ?")
      .bind(await signer.keyId())
      .run();
    const honest = { ...house, signer };
    const resigned = await makeRelease(honest, "cut-at-two", { version: "1.1.0", head: await head() });
    expect(resigned.sha256).toBe(two.sha256);
    const taken = await upload(house.token, { bundle: resigned.bytes, statement: resigned.statement, plugin: {} });
    expect(taken).toMatchObject({ status: 200, body: { releaseId: second.releaseId, state: "review" } });
    expect((await decide(second.releaseId, two.sha256)).body).toMatchObject({ state: "published" });
    expect((await call("GET", `/v1/plugins/${pluginId}`)).body.version).toBe("1.1.0");
    const kept = await env.DB.prepare("SELECT sequence, publication FROM void_statements WHERE release_id = ?")
      .bind(Number(second.releaseId))
      .all();
    expect(kept.results).toEqual([{ sequence: 2, publication: 2 }]);

    // Once published, a version number is used up, whatever the desk says the second time.
    const other = await makeRelease(honest, "not-named", { head: await nameHead(house, "not-named") });
    await upload(house.token, { bundle: other.bytes, statement: other.statement, plugin: {} });
    expect((await decide(unnamed.releaseId, other.sha256, "reject")).status).toBe(200);
    expect((await stateOf(unnamed.releaseId)).state).toBe("blocked");
  });
});
