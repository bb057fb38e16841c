import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeHex } from "../../../src/domain/bytes.ts";
import { createSigner, type Ed25519Signer } from "../../../src/domain/trust/signer.ts";
import { openSealed } from "../../../src/sdk/verify/index.ts";
import { TEST_SECRETS } from "../../secrets.ts";
import { call, ORIGIN } from "../account/calls.worker.ts";
import {
  decide,
  makeInstance,
  makePublisher,
  makeRelease,
  type Publisher,
  publish,
  upload,
} from "../publish/market.worker.ts";

const LIMITS = { installs: 3, apiCalls: 10_000, storageMiB: 100, users: null };
const PAID = {
  pricing: {
    currency: "EUR",
    tiers: [{ id: "basic", price: 900, interval: "month", features: ["All"], limits: LIMITS }],
  },
};
type Release = Awaited<ReturnType<typeof makeRelease>>;

let house: Publisher;
let instance: Awaited<ReturnType<typeof makeInstance>>;
let paid: Release;
let pluginId = "";
// biome-ignore lint/suspicious/noExplicitAny: documents are read by the test that knows their shape
let documents: any;
let receipt: { delivery: string; sealed: { size: number; sha256: string; commitment: string } };

beforeAll(async () => {
  house = await makePublisher("sealed-house");
  instance = await makeInstance(house.token);
  paid = await makeRelease(house, "sealed-goods", { manifest: PAID });
  pluginId = (await publish(house, paid)).pluginId;
  documents = (await call("GET", `/v1/plugins/${pluginId}/versions/1.0.0/release`)).body;
  receipt = payloadOf(documents.receipt.payload) as typeof receipt;
});

function payloadOf(text: string): unknown {
  return JSON.parse(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
}
// biome-ignore lint/suspicious/noExplicitAny: claims are read by the test that knows their shape
const claimsOf = (lease: string): any => payloadOf(lease.split(".")[1] as string);

async function makeSealKey() {
  const pair = (await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"])) as CryptoKeyPair;
  const { x } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as JsonWebKey;
  return { privateKey: pair.privateKey, sealKey: { kty: "OKP", crv: "X25519", x } };
}

let users = 0;
async function sell(): Promise<{ id: string; licenseKey: string }> {
  const body = { instanceId: instance.id, pluginId, userId: String(++users), type: "basic" };
  return (await call("POST", "/v1/licenses", { bearer: house.token, body })).body;
}

const device = (n: number) => n.toString(16).padStart(64, "c");

async function activate(licenseKey: string, n: number, over: object = {}) {
  const body = { licenseKey, pluginId, hardwareId: device(n), version: "1.0.0", ...over };
  return call("POST", "/v1/installations", { bearer: await instance.bearer(), body });
}

async function question(privateKey: CryptoKey, lease: string) {
  const pkcs8 = Uint8Array.from(atob(TEST_SECRETS.RECEIPT_KEY_PKCS8), (char) => char.charCodeAt(0));
  const signer = createSigner(pkcs8) as Ed25519Signer;
  const file = await exports.default.fetch(`${ORIGIN}/bundles/${receipt.sealed.sha256}.rbsx`);
  const { ck, iid } = claimsOf(lease);
  return {
    ...documents,
    trust: {
      marketplace: "localhost",
      receiptKeys: [{ keyId: await signer.keyId(), publicKey: encodeHex(await signer.publicKey()) }],
    },
    publisherKeys: (await call("GET", "/v1/publishers/sealed-house/keys")).body.keys,
    name: "sealed-goods",
    version: "1.0.0",
    sealed: new Uint8Array(await file.arrayBuffer()),
    contentKeys: ck,
    installationId: iid,
    privateKey,
  };
}

describe("a paid release", () => {
  it("is sealed when it is published: the ciphertext is public and immutable, the plain bundle is not", async () => {
    expect(receipt).toMatchObject({ delivery: "sealed", sealed: { size: paid.bytes.length + 80 } });
    const file = await exports.default.fetch(`${ORIGIN}/bundles/${receipt.sealed.sha256}.rbsx`);
    expect(file.status).toBe(200);
    expect(file.headers.get("cache-control")).toBe("public, max-age=31536000, immutable, no-transform");
    expect(file.headers.get("content-type")).toBe("application/vnd.rbsm.sealed");
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))).toBe(receipt.sealed.sha256);
    const part = await exports.default.fetch(`${ORIGIN}/bundles/${receipt.sealed.sha256}.rbsx`, {
      headers: { range: "bytes=0-7" },
    });
    expect([part.status, new TextDecoder().decode(await part.arrayBuffer())]).toEqual([206, "RBSMSEAL"]);
    expect((await call("GET", `/bundles/${paid.sha256}.rbsm`)).status).toBe(404);
    expect((await call("GET", `/bundles/${paid.sha256}.rbsx`)).status).toBe(404);
    expect((await call("GET", `/bundles/${receipt.sealed.sha256}.rbsm`)).status).toBe(404);
    const row = await env.DB.prepare("SELECT content_key FROM sealed_bundles WHERE sha256 = ?")
      .bind(receipt.sealed.sha256)
      .first<string>("content_key");
    expect(row).toMatch(/^v1\./);
  });

  it("opens on the installation that gave a key: on activation and on refresh", async () => {
    const { licenseKey } = await sell();
    const { privateKey, sealKey } = await makeSealKey();
    const first = await activate(licenseKey, 1, { sealKey });
    expect(first.status).toBe(201);
    const opened = await openSealed(await question(privateKey, first.body.lease));
    expect(opened).toMatchObject({ ok: true, value: { bundle: { sha256: paid.sha256 } } });
    const { jti, ck } = claimsOf(first.body.lease);
    expect(ck).toHaveLength(1);

    const path = `/v1/installations/${first.body.installationId}/lease`;
    const refreshed = await call("POST", path, { bearer: await instance.bearer(), body: { jti } });
    expect(refreshed.status).toBe(200);
    const again = await openSealed(await question(privateKey, refreshed.body.lease));
    expect(again.ok).toBe(true);
    expect(claimsOf(refreshed.body.lease).ck[0].enc).not.toBe(ck[0].enc);

    const stranger = await makeSealKey();
    const closed = await openSealed(await question(stranger.privateKey, first.body.lease));
    expect(closed).toMatchObject({ ok: false, problem: { reason: "device_key_invalid" } });
    const moved = { ...(await question(privateKey, first.body.lease)), installationId: crypto.randomUUID() };
    expect(await openSealed(moved)).toMatchObject({ ok: false, problem: { reason: "device_key_invalid" } });
  });

  it("gives no key without a key to wrap it to, to an odd key, or to a revoked license", async () => {
    const { id, licenseKey } = await sell();
    const plain = await activate(licenseKey, 2);
    expect(claimsOf(plain.body.lease).ck).toBeUndefined();
    const zero = { kty: "OKP", crv: "X25519", x: "A".repeat(43) };
    expect((await activate(licenseKey, 2, { sealKey: zero })).body).toMatchObject({ code: "device_key_invalid" });

    const { sealKey } = await makeSealKey();
    const held = await activate(licenseKey, 2, { sealKey });
    const { jti, ck } = claimsOf(held.body.lease);
    expect(ck).toHaveLength(1);
    const revoked = await call("POST", `/v1/licenses/${id}/revoke`, {
      bearer: house.token,
      body: { reason: "Refunded" },
    });
    expect(revoked.status).toBe(200);
    const path = `/v1/installations/${held.body.installationId}/lease`;
    const refused = await call("POST", path, { bearer: await instance.bearer(), body: { jti } });
    expect(refused.status).toBe(403);
    expect(JSON.stringify(refused.body)).not.toContain('"ck"');
    expect((await activate(licenseKey, 3, { sealKey })).status).toBe(403);
  });

  it("still comes plain to a licensed host, which opens no sealed file", async () => {
    const { licenseKey } = await sell();
    const bearer = await instance.bearer();
    const body = { licenseKey, hardwareId: "unknown" };
    const ticket = await call("POST", `/v1/plugins/${pluginId}/download`, { bearer, body });
    expect(ticket.status).toBe(200);
    const file = await exports.default.fetch(ticket.body.url, {
      headers: { authorization: `Bearer ${await instance.bearer()}` },
    });
    expect([file.status, file.headers.get("x-plugin-checksum")]).toEqual([200, paid.sha256]);
  });

  it("is sealed once, however many approve it at the same time", async () => {
    const release = await makeRelease(house, "sealed-once", { manifest: PAID });
    const { body } = await upload(house.token, { bundle: release.bytes, statement: release.statement, plugin: {} });
    await call("GET", `/v1/releases/${body.releaseId}?wait=30`, { bearer: house.token });
    const decided = await Promise.all([1, 2, 3].map(() => decide(body.releaseId, release.sha256)));
    expect(decided.filter(({ status }) => status === 200)).toHaveLength(1);
    const rows = "SELECT count(*) AS n FROM sealed_bundles WHERE release_id = ?";
    expect(await env.DB.prepare(rows).bind(Number(body.releaseId)).first("n")).toBe(1);
  });
});
