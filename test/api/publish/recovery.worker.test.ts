import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { believeKeys } from "../../../src/domain/trust/key-chain.ts";
import { openKeyEvent } from "../../../src/domain/trust/key-event.ts";
import { makeKeyProof } from "../../../src/domain/trust/key-proof.ts";
import { createSigner, type Ed25519Signer, pkcs8OfSeed } from "../../../src/domain/trust/signer.ts";
import { call } from "../account/calls.worker.ts";
import { makePublisher, makeRelease, type Publisher, publish, upload } from "./market.worker.ts";

const WEEK = 604_800;
let seeds = 1;

async function newKey(): Promise<{ signer: Ed25519Signer; publicKey: string; keyId: string }> {
  const seed = new Uint8Array(32).fill(0xd3);
  seed[0] = seeds++;
  const signer = createSigner(pkcs8OfSeed(seed)) as Ed25519Signer;
  return { signer, publicKey: encodeHex(await signer.publicKey()), keyId: await signer.keyId() };
}

const at = ({ handle }: Publisher, rest = "") => `/v1/publishers/${handle}/keys/recovery${rest}`;
const request = (house: Publisher, publicKey: string, bearer = house.token) =>
  call("POST", at(house), { bearer, body: { publicKey } });

/** As if the request had been made so many seconds before. */
async function age(house: Publisher, seconds: number): Promise<void> {
  await env.DB.prepare("UPDATE key_recoveries SET requested_at = requested_at - ? WHERE publisher_id = ?")
    .bind(seconds, Number(house.publisherId))
    .run();
}

async function complete(house: Publisher, key: { signer: Ed25519Signer; publicKey: string }) {
  const path = `/v1/publishers/${house.handle}/keys/pending`;
  const offered = await call("POST", path, { bearer: house.token, body: { publicKey: key.publicKey } });
  const subject = { account: house.accountId, publisher: house.handle, marketplace: "localhost" };
  const proof = await makeKeyProof(subject, offered.body.nonce ?? "", key.signer, Math.floor(Date.now() / 1000));
  return call("POST", at(house, "/complete"), { bearer: house.token, body: { proof } });
}

describe("a publisher that lost all its keys", () => {
  it("waits a week in which everybody sees it and its owners are told, then the marketplace signs the new key in", async () => {
    const house = await makePublisher("lost-keys");
    const { pluginId } = await publish(house, await makeRelease(house, "lost-notes"));
    const key = await newKey();
    expect(await request(house, key.publicKey)).toMatchObject({ status: 201, body: { keyId: key.keyId } });
    expect((await call("GET", at(house))).body.recovery).toMatchObject({ keyId: key.keyId });
    const mails = await env.DB.prepare("SELECT count(*) AS count FROM mails").first<number>("count");
    expect(mails).toBeGreaterThan(0);
    await age(house, WEEK - 60);
    expect(await complete(house, key)).toMatchObject({
      status: 409,
      body: { code: "key_event_refused", action: "recover" },
    });
    await age(house, 60);
    expect(await complete(house, key)).toMatchObject({ status: 201, body: { action: "recover", sequence: 1 } });

    const keys = (await call("GET", `/v1/publishers/${house.handle}/keys`)).body.keys;
    expect(keys.map(({ state }: { state: string }) => state).sort()).toEqual(["active", "retired"]);
    expect((await call("GET", at(house))).body.recovery).toBeNull();
    const { results } = await env.DB.prepare("SELECT kind FROM changes WHERE subject = ? ORDER BY id")
      .bind(house.handle)
      .all();
    expect(results.map(({ kind }) => kind)).toEqual(["publisher.key.recovery_requested", "publisher.key.recovered"]);

    const head = (await call("GET", "/v1/plugins/by-name/lost-notes/head", { bearer: house.token })).body;
    const old = await makeRelease(house, "lost-notes", { version: "1.1.0", head });
    const late = await upload(house.token, { bundle: old.bytes, statement: old.statement, plugin: {} });
    expect(late).toMatchObject({ status: 422, body: { code: "key_retired" } });
    const own = await makeRelease({ ...house, signer: key.signer }, "lost-notes", { version: "1.1.0", head });
    expect((await upload(house.token, { bundle: own.bytes, statement: own.statement, plugin: {} })).status).toBe(201);
    expect((await call("GET", `/v1/plugins/${pluginId}/versions/1.0.0/release`)).status).toBe(200);
  });

  it("gets an event of the marketplace's hand that no client believes by itself", async () => {
    const house = await makePublisher("lost-again");
    const key = await newKey();
    await request(house, key.publicKey);
    await age(house, WEEK);
    await complete(house, key);
    const trust = (await call("GET", "/.well-known/rbsm-trust.json")).body.receiptKeys;
    const { events } = (await call("GET", `/v1/publishers/${house.handle}/key-events`)).body;
    const subject = { marketplace: "localhost", publisher: house.handle };
    expect(await openKeyEvent(events[0].envelope, subject, trust)).toMatchObject({
      ok: true,
      value: { keyId: key.keyId, event: { action: "recover" } },
    });
    const known = await house.signer.keyId();
    const believed = await believeKeys([events[0].envelope], subject, trust, [known]);
    expect([...(believed ?? [])]).toEqual([known]);
  });

  it("asks once at a time, may be stopped by any owner, and a request nobody comes back for lapses", async () => {
    const house = await makePublisher("stopped-keys");
    const [one, two] = [await newKey(), await newKey()];
    const asked = await Promise.all(Array.from({ length: 6 }, () => request(house, one.publicKey)));
    expect(asked.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await request(house, two.publicKey)).toMatchObject({ status: 409, body: { code: "state_conflict" } });
    expect((await call("DELETE", at(house), { bearer: house.token })).body).toEqual({ canceled: true });
    expect((await call("DELETE", at(house), { bearer: house.token })).status).toBe(404);
    expect((await request(house, two.publicKey)).status).toBe(201);
    await age(house, 3 * WEEK);
    expect((await call("GET", at(house))).body.recovery).toBeNull();
    expect((await complete(house, two)).status).toBe(404);
    expect((await request(house, one.publicKey)).status).toBe(201);
    await age(house, WEEK);
    const completed = await Promise.all([complete(house, one), complete(house, one), complete(house, one)]);
    expect(completed.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it("is refused for a key that is enrolled, is none, proves another, or for a stranger", async () => {
    const [house, rival] = [await makePublisher("sound-keys"), await makePublisher("curious-keys")];
    const enrolled = encodeHex(await house.signer.publicKey());
    expect((await request(house, enrolled)).body.code).toBe("key_reused");
    expect((await request(house, `01${"00".repeat(31)}`)).body.code).toBe("key_small_order");
    const [named, other] = [await newKey(), await newKey()];
    expect((await request(house, named.publicKey, rival.token)).status).toBe(404);
    await request(house, named.publicKey);
    await age(house, WEEK);
    expect((await complete(house, other)).body.code).toBe("key_proof_invalid");
    expect((await call("DELETE", at(house), { bearer: rival.token })).status).toBe(404);
  });
});
