import { env, exports } from "cloudflare:workers";
import { createLocalJWKSet, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { type RevocationItem, revocationId } from "../../src/domain/license/revocation.ts";
import { createRevocationStore } from "../../src/storage/license/revocations.ts";
import { call, ORIGIN } from "../api/account/calls.worker.ts";
import {
  hardware,
  makeInstance,
  makePlugin,
  openShop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../api/license/shop.worker.ts";
import { NOON, nowSeconds, passTime, setClock } from "../clock.ts";

const DAY = 86_400;
let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

async function seat(n: number) {
  const license = await sellLicense(instance, plugin);
  const { body } = await instance.post("/v1/installations", {
    licenseKey: license.licenseKey,
    pluginId: plugin.id,
    hardwareId: hardware(n),
    version: "1.0.0",
  });
  return { ...license, activationId: body.activationId as string, lease: body.lease as string };
}

/** The list as anybody reads it: fetched without a credential, verified with the published keys by a JOSE library. */
async function list(since?: number) {
  const response = await exports.default.fetch(
    `${ORIGIN}/v1/licenses/revocations${since === undefined ? "" : `?since=${since}`}`,
  );
  expect([response.status, response.headers.get("content-type"), response.headers.get("cache-control")]).toEqual([
    200,
    "application/jose",
    "public, max-age=30",
  ]);
  const keys = createLocalJWKSet((await call("GET", "/v1/licenses/keys")).body);
  const expected = { issuer: ORIGIN, audience: "rbsm:revocations", currentDate: new Date(Date.now()) };
  const { payload, protectedHeader } = await jwtVerify(
    new TextDecoder().decode(await response.arrayBuffer()),
    keys,
    expected,
  );
  expect(protectedHeader.kid).toMatch(/^v-/);
  return payload as unknown as {
    epoch: number;
    since: number;
    full: boolean;
    iat: number;
    next: number;
    exp: number;
    tok: string;
    items: RevocationItem[];
  };
}
async function whatOf(items: readonly RevocationItem[], kind: "lic" | "act" | "jti", subject: string) {
  const id = await revocationId(kind, subject);
  return items.filter((item) => item[0] === kind && item[1] === id).map((item) => item[3]);
}
const claimsOf = (token: string) =>
  JSON.parse(atob(token.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? ""));

describe("H. Revocation", () => {
  it("42. A pinging device is live; the license is revoked → its next ping, ≤ 300 s later, carries REVOKED", async () => {
    setClock(NOON);
    const { id, activationId } = await seat(1);
    const ping = () => instance.post(`/v1/installations/${activationId}/heartbeat`, { nonce: "A".repeat(22) });
    expect((await ping()).body).toMatchObject({ code: "VALID", nextHeartbeatSeconds: 300 });
    await (await openShop()).sell("POST", `/v1/licenses/${id}/revoke`, { reason: "fraud" });
    passTime(300);
    const { body } = await ping();
    expect(body).toMatchObject({ code: "REVOKED", class: "conclusive", license: { status: "revoked", valid: false } });
    expect(claimsOf(body.verdict)).toMatchObject({ code: "REVOKED", class: "conclusive", nonce: "A".repeat(22) });
  });

  it("43. Revoke, then validate at once from another location → REVOKED", async () => {
    const { id, licenseKey } = await seat(2);
    const ask = () =>
      call("POST", "/v1/licenses/validate", { body: { licenseKey, pluginId: plugin.id, hardwareId: hardware(2) } });
    expect((await ask()).body.code).toBe("VALID");
    await (await openShop()).sell("POST", `/v1/licenses/${id}/revoke`, { reason: "fraud" });
    expect((await ask()).body).toMatchObject({ code: "REVOKED", class: "conclusive" });
  });

  it("44. Suspend and reactivate between two refreshes → next refresh VALID, ep +2, never interrupted", async () => {
    setClock(NOON);
    const { id, activationId, lease } = await seat(3);
    const { sell } = await openShop();
    passTime(60);
    await sell("POST", `/v1/licenses/${id}/suspend`, { reason: "payment" });
    await sell("POST", `/v1/licenses/${id}/reactivate`);
    passTime(60);
    const refreshed = await instance.post(`/v1/installations/${activationId}/lease`, { jti: claimsOf(lease).jti });
    expect(refreshed.body).toMatchObject({ code: "VALID", class: "ok", activationId });
    const claims = claimsOf(refreshed.body.lease);
    expect(claims.ep).toBe(claimsOf(lease).ep + 2);
    expect(claims.rle).toBeGreaterThan(claimsOf(lease).rle);
    expect(await whatOf((await list()).items, "lic", id)).toEqual(["suspended", "cleared"]);
  });
});

describe("the revocation list", () => {
  it("carries every change of a license, hashed, in full and as what came after an epoch", async () => {
    setClock(NOON + DAY);
    const { sell } = await openShop();
    const { id } = await seat(4);
    const before = await list();
    expect(before).toMatchObject({
      tok: "revocations",
      since: 0,
      full: true,
      iat: NOON + DAY,
      next: NOON + 2 * DAY,
      exp: NOON + 8 * DAY,
    });
    await sell("POST", `/v1/licenses/${id}/renew`, { days: 30 });
    await sell("POST", `/v1/licenses/${id}/upgrade`, { type: "premium" });
    await sell("POST", `/v1/licenses/${id}/revoke`, { reason: "fraud" });
    await sell("POST", `/v1/licenses/${id}/revoke`, { reason: "again" });
    passTime(60);
    const delta = await list(before.epoch);
    expect(delta).toMatchObject({ since: before.epoch, full: false });
    expect(delta.epoch).toBe(before.epoch + delta.items.length);
    expect((await whatOf(delta.items, "lic", id)).at(-1)).toBe("revoked");
    expect(delta.items.at(-1)?.slice(2)).toEqual([NOON + DAY, "revoked", "fraud"]);
    expect(JSON.stringify(delta.items)).not.toContain(`"${id}"`);
    const full = await list();
    expect(full.items.slice(-delta.items.length)).toEqual(delta.items);
    // Numbers from the future, as after a restore, are answered in full.
    expect(await list(delta.epoch + 100)).toMatchObject({ full: true, since: 0 });
  });

  it("is signed once for half a minute: repeated reads cost neither a read nor a signature, and a change is there within a minute", async () => {
    setClock(NOON + 2 * DAY);
    const { id } = await seat(5);
    const first = await list();
    await (await openShop()).sell("POST", `/v1/licenses/${id}/suspend`, { reason: "x" });
    passTime(29);
    expect((await list()).iat).toBe(first.iat);
    passTime(1);
    const second = await list();
    expect([second.iat, (await whatOf(second.items, "lic", id)).at(-1)]).toEqual([first.iat + 30, "suspended"]);
  });

  it("forgets an entry once nothing it hits can be unexpired, and never counts backwards", async () => {
    setClock(NOON + 3 * DAY);
    const { id, activationId } = await seat(6);
    await env.DB.prepare("UPDATE activations SET lease_until = ?2 WHERE id = ?1")
      .bind(activationId, nowSeconds() + 90 * DAY)
      .run();
    await (await openShop()).sell("POST", `/v1/licenses/${id}/revoke`, { reason: "fraud" });
    const { id: other } = await seat(7);
    await (await openShop()).sell("POST", `/v1/licenses/${other}/revoke`, { reason: "fraud" });
    const store = createRevocationStore(env.DB);
    const kept = async () => (await store.read(nowSeconds())).entries.map(({ subject }) => subject);
    const epoch = await store.epoch(nowSeconds());
    passTime(9 * DAY);
    await store.prune(nowSeconds());
    expect(await kept()).toContain(id);
    expect(await kept()).not.toContain(other);
    passTime(90 * DAY);
    await store.prune(nowSeconds());
    expect(await kept()).toEqual([]);
    expect(await createRevocationStore(env.DB).epoch(nowSeconds())).toBe(epoch);
  });

  it("is not answered without a key that may sign it", async () => {
    await env.DB.prepare(
      `INSERT INTO signing_keys (kid, purpose, x, sign_from, sign_until, verify_until, version)
      VALUES ('l-0', 'lease', 'x', 0, 1, 2, 1)`,
    ).run();
    setClock(NOON + 365 * DAY);
    const { status, body, headers } = await call("GET", "/v1/licenses/revocations");
    expect([status, body.code, headers.get("retry-after")]).toEqual([503, "SIGNER_UNAVAILABLE", "60"]);
    const validated = await call("POST", "/v1/licenses/validate", {
      body: { licenseKey: "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ", pluginId: plugin.id },
    });
    expect([validated.status, validated.body.code]).toEqual([503, "SIGNER_UNAVAILABLE"]);
  });
});
