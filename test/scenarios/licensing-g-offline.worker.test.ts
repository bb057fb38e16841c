import { createLocalJWKSet, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeBase64url } from "../../src/domain/bytes.ts";
import { openSealedLease } from "../../src/domain/license/offline.ts";
import { importSealPrivateKey } from "../../src/domain/trust/key-release.ts";
import { call } from "../api/account/calls.worker.ts";
import { airGapped } from "../api/license/air-gapped.worker.ts";
import {
  alter,
  count,
  hardware,
  makeInstance,
  makePlugin,
  openShop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../api/license/shop.worker.ts";
import { NOON, passTime, setClock } from "../clock.ts";

const DAY = 86_400;
let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

const seats = (id: string) =>
  count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?1 AND released_at IS NULL", id);

async function read(file: string) {
  const keys = createLocalJWKSet((await call("GET", "/v1/licenses/keys")).body);
  const audience = `rbsm:plugin:${plugin.id}`;
  return jwtVerify(file, keys, { issuer: "http://localhost:8787", audience, currentDate: new Date(Date.now()) });
}

describe("G. Offline, as the marketplace answers", () => {
  it("an air-gapped device's request is answered with a lease of its own, signed by the offline key, to the end of the offline term", async () => {
    setClock(NOON);
    const { id } = await sellLicense(instance, plugin);
    const device = airGapped("11");
    const { status, body } = await instance.post(`/v1/licenses/${id}/offline`, {
      request: await device.request(plugin.id, { hardwareId: hardware(1), components: ["cpu", "disk"] }),
    });
    expect([status, body.code, body.fileName]).toEqual([200, "VALID", `${body.jti}.rbsm-lease`]);
    const { payload, protectedHeader } = await read(body.file);
    expect(protectedHeader.kid).toMatch(/^o-/);
    expect(payload).toMatchObject({
      tok: "lease",
      off: true,
      jti: body.jti,
      iat: NOON,
      exp: NOON + 30 * DAY,
      hw: hardware(1),
    });
    expect(payload.nonce).toMatch(/^111A/);
    expect(payload.cnf).toEqual({ jkt: expect.any(String) });
    expect(payload.rle).toEqual(expect.any(Number));
    expect(await seats(id)).toBe(1);
    expect(await count("SELECT lease_until AS n FROM activations WHERE license_id = ?1", id)).toBe(NOON + 30 * DAY);
  });

  it("the file ends with the right", async () => {
    setClock(NOON);
    const { id } = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET expires_at = ?2 WHERE id = ?1", id, NOON + 5 * DAY);
    const { body } = await instance.post(`/v1/licenses/${id}/offline`, {
      request: await airGapped("12").request(plugin.id),
    });
    expect((await read(body.file)).payload.exp).toBe(NOON + 5 * DAY);
  });

  it("a file for a device that gave a key is readable to it alone", async () => {
    const pair = (await crypto.subtle.generateKey({ name: "X25519" }, true, ["deriveBits"])) as CryptoKeyPair;
    const raw = new Uint8Array((await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer);
    const secret = new Uint8Array((await crypto.subtle.exportKey("pkcs8", pair.privateKey)) as ArrayBuffer).slice(-32);
    const { id } = await sellLicense(instance, plugin);
    const request = await airGapped("13").request(plugin.id, { sealKey: encodeBase64url(raw) });
    const { body } = await instance.post(`/v1/licenses/${id}/offline`, { request });
    expect(body.file).toMatch(/^rbsm-sealed-lease-1\./);
    const hash = encodeBase64url(
      new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request))),
    );
    const opened = await openSealedLease(await importSealPrivateKey(secret), hash, body.file);
    expect((await read(opened ?? "")).payload.rqh).toBe(hash);
    expect(await openSealedLease(await importSealPrivateKey(new Uint8Array(32).fill(9)), hash, body.file)).toBeNull();
    expect(await openSealedLease(await importSealPrivateKey(secret), `${hash.slice(1)}A`, body.file)).toBeNull();
  });

  it("36. Trial, suspended, revoked or expired license; a file is requested → 403 OFFLINE_REFUSED, no seat", async () => {
    const { sell } = await openShop();
    const device = airGapped("14");
    const refused = async (id: string, why: string) => {
      const answer = await instance.post(`/v1/licenses/${id}/offline`, { request: await device.request(plugin.id) });
      expect([answer.status, answer.body.code, answer.body.error.details.why]).toEqual([403, "OFFLINE_REFUSED", why]);
      expect((await instance.post(`/v1/licenses/${id}/offline/codes`)).body.code).toBe("OFFLINE_REFUSED");
      expect(await seats(id)).toBe(0);
    };
    const trial = await instance.post("/v1/licenses", { pluginId: plugin.id, userId: "trier", type: "trial" });
    await refused(trial.body.id, "trial");
    const suspended = await sellLicense(instance, plugin);
    await sell("POST", `/v1/licenses/${suspended.id}/suspend`, { reason: "payment" });
    await refused(suspended.id, "suspended");
    const revoked = await sellLicense(instance, plugin);
    await sell("POST", `/v1/licenses/${revoked.id}/revoke`, { reason: "fraud" });
    await refused(revoked.id, "revoked");
    const expired = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET expires_at = 1 WHERE id = ?1", expired.id);
    await refused(expired.id, "expired");
    const pending = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET state = 'pending' WHERE id = ?1", pending.id);
    await refused(pending.id, "pending");
    const unsold = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET offline_days = 0 WHERE id = ?1", unsold.id);
    await refused(unsold.id, "not_sold");
  });

  it("38. One request uploaded twice → same activationId and jti, one seat", async () => {
    const { id } = await sellLicense(instance, plugin);
    const request = await airGapped("15").request(plugin.id);
    const all = await Promise.all([1, 2, 3, 4].map(() => instance.post(`/v1/licenses/${id}/offline`, { request })));
    const again = await instance.post(`/v1/licenses/${id}/offline`, { request: `\n${request}\r\n` });
    expect(new Set([...all, again].map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(again.status).toBe(200);
    expect(await seats(id)).toBe(1);
    const other = await sellLicense(instance, plugin);
    const elsewhere = await instance.post(`/v1/licenses/${other.id}/offline`, { request });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([422, "OFFLINE_REQUEST_INVALID"]);
    expect(await seats(other.id)).toBe(0);
  });

  it.each<[string, (text: string) => string]>([
    ["a changed byte", (text) => `${text.slice(0, -3)}${text.at(-3) === "A" ? "B" : "A"}${text.slice(-2)}`],
    ["a missing signature", (text) => text.slice(0, text.lastIndexOf(".") + 1)],
    ["another kind of file", () => "hello"],
    ["more than a QR code holds", (text) => text + "A".repeat(1024)],
  ])("a request with %s is OFFLINE_REQUEST_INVALID and takes no seat", async (_, spoil) => {
    const { id } = await sellLicense(instance, plugin);
    const request = spoil(await airGapped("16").request(plugin.id));
    const { status, body } = await instance.post(`/v1/licenses/${id}/offline`, { request });
    expect([status, body.code]).toEqual([422, "OFFLINE_REQUEST_INVALID"]);
    expect(await seats(id)).toBe(0);
  });

  it("a request for another plugin, an unpublished version or a full license takes no seat", async () => {
    const { id } = await sellLicense(instance, plugin);
    const ask = async (seed: string, pluginId: string, version = "1.0.0") =>
      (
        await instance.post(`/v1/licenses/${id}/offline`, {
          request: await airGapped(seed).request(pluginId, { version }),
        })
      ).body.code;
    expect(await ask("21", "999999")).toBe("PRODUCT_MISMATCH");
    expect(await ask("21", plugin.id, "9.9.9")).toBe("BUILD_MISMATCH");
    expect([await ask("21", plugin.id), await ask("22", plugin.id), await ask("23", plugin.id)]).toEqual([
      "VALID",
      "VALID",
      "VALID",
    ]);
    expect(await ask("24", plugin.id)).toBe("SEAT_LIMIT");
    expect(await seats(id)).toBe(3);
  });

  it("another instance, a stranger and nobody cannot ask for a license that is not theirs", async () => {
    const { id } = await sellLicense(instance, plugin);
    const request = await airGapped("31").request(plugin.id);
    const other = await makeInstance();
    expect((await other.post(`/v1/licenses/${id}/offline`, { request })).status).toBe(404);
    expect((await other.post(`/v1/licenses/${id}/offline/codes`)).status).toBe(404);
    expect((await call("POST", `/v1/licenses/${id}/offline`, { body: { request } })).status).toBe(401);
    const owner = await call("POST", `/v1/licenses/${id}/offline`, { bearer: instance.ownerToken, body: { request } });
    expect(owner.status).toBe(200);
  });

  it("the release of the device frees the seat and lists the jti; again ALREADY_RELEASED; another key DEVICE_PROOF_INVALID", async () => {
    const { id } = await sellLicense(instance, plugin);
    const device = airGapped("32");
    const request = await device.request(plugin.id);
    const { body } = await instance.post(`/v1/licenses/${id}/offline`, { request });
    const path = `/v1/licenses/${id}/offline/release`;
    const forged = await instance.post(path, { release: await airGapped("33").release(body.jti) });
    expect([forged.status, forged.body.code]).toEqual([401, "DEVICE_PROOF_INVALID"]);
    expect((await instance.post(path, { release: request })).body.code).toBe("OFFLINE_REQUEST_INVALID");
    expect(await seats(id)).toBe(1);
    const release = await device.release(body.jti);
    const both = await Promise.all([instance.post(path, { release }), instance.post(path, { release })]);
    expect(both.map((answer) => answer.body.code).sort()).toEqual(["ALREADY_RELEASED", "RELEASED"]);
    expect((await instance.post(path, { release })).body.code).toBe("ALREADY_RELEASED");
    expect(await seats(id)).toBe(0);
    expect(await count("SELECT COUNT(*) AS n FROM revocations WHERE kind = 'jti' AND subject = ?1", body.jti)).toBe(1);
    // The old request does not bring it back; a new one does.
    expect((await instance.post(`/v1/licenses/${id}/offline`, { request })).body.code).toBe("OFFLINE_REQUEST_INVALID");
    const anew = await instance.post(`/v1/licenses/${id}/offline`, { request: await device.request(plugin.id) });
    expect([anew.body.code, anew.body.activationId]).toEqual(["VALID", body.activationId]);
  });

  it("a handoff code answers one request, and that one again, without an account", async () => {
    setClock(NOON);
    const { id } = await sellLicense(instance, plugin);
    const made = await instance.post(`/v1/licenses/${id}/offline/codes`);
    expect([made.status, made.body.expiresAt]).toEqual([201, new Date((NOON + 900) * 1000).toISOString()]);
    const code = made.body.code as string;
    const bring = (request: string, spelled = code) =>
      call("POST", `/v1/licenses/${id}/offline`, { body: { request, code: spelled } });
    const request = await airGapped("41").request(plugin.id);
    const first = await bring(request, ` ${code.toLowerCase()} `);
    expect(first.status).toBe(200);
    expect((await bring(request)).body).toEqual(first.body);
    expect((await bring(await airGapped("42").request(plugin.id))).body.code).toBe("OFFLINE_CODE_INVALID");
    const late = await instance.post(`/v1/licenses/${id}/offline/codes`);
    passTime(900);
    const over = await bring(await airGapped("42").request(plugin.id), late.body.code);
    expect([over.status, over.body.code]).toEqual([422, "OFFLINE_CODE_INVALID"]);
    expect(await seats(id)).toBe(1);
  });

  it("41. Handoff code with a wrong character → OFFLINE_CODE_INVALID before any read; five misses → 429 OFFLINE_CODE_COOLDOWN", async () => {
    const { id } = await sellLicense(instance, plugin);
    const { body } = await instance.post(`/v1/licenses/${id}/offline/codes`);
    const request = await airGapped("43").request(plugin.id);
    const bring = (code: string, address: string) =>
      call("POST", `/v1/licenses/${id}/offline`, { body: { request, code }, headers: { "cf-connecting-ip": address } });
    const misses = () => count("SELECT COUNT(*) AS n FROM offline_misses");
    const before = await misses();
    const wrong = `${body.code[0] === "0" ? "1" : "0"}${body.code.slice(1)}`;
    for (let tries = 0; tries < 8; tries++)
      expect((await bring(wrong, "203.0.113.7")).body.code).toBe("OFFLINE_CODE_INVALID");
    expect(await misses()).toBe(before);
    // Well-formed guesses count, however many run at once, for the whole network of the guesser.
    const { makeHandoffCode } = await import("../../src/domain/license/offline.ts");
    const guess = (n: number) => makeHandoffCode(new Uint8Array([n, 1, 2, 3, 4]));
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => bring(guess(n), `2001:db8:1:2::${n}`)));
    const codes = answers.map((answer) => answer.body.code as string).sort();
    expect(codes).toEqual([...Array(7).fill("OFFLINE_CODE_COOLDOWN"), ...Array(5).fill("OFFLINE_CODE_INVALID")]);
    const cooled = await bring(body.code, "2001:db8:1:2:9::1");
    expect([cooled.status, cooled.body.code, cooled.headers.get("retry-after")]).toEqual([
      429,
      "OFFLINE_CODE_COOLDOWN",
      "900",
    ]);
    expect((await bring(body.code, "203.0.113.7")).status).toBe(200);
  });
});
