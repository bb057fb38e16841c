import { createLocalJWKSet, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import type { SigningKey } from "../../src/domain/license/keyset.ts";
import { call } from "../api/account/calls.worker.ts";
import { documentOf, keyOf, ORIGIN } from "../api/license/keyset.worker.ts";
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
let operator: string;
let a: SigningKey;
let offline: SigningKey;
let list: SigningKey;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
  operator = (await openShop()).operatorToken;
  a = await keyOf("b2", "lease", NOON);
  offline = await keyOf("b3", "offline", NOON);
  list = await keyOf("b4", "list", NOON);
});

async function publish(document: string) {
  return call("POST", "/v1/desk/license-keyset", { bearer: operator, body: { document } });
}
/** A lease of a new device, checked by a client that only knows JOSE. */
async function lease(device: number) {
  const { licenseKey } = await sellLicense(instance, plugin);
  const { body } = await instance.post("/v1/installations", {
    licenseKey,
    pluginId: plugin.id,
    hardwareId: hardware(device),
    version: "1.0.0",
  });
  return body.lease as string;
}
async function verify(token: string) {
  const keys = createLocalJWKSet((await call("GET", "/v1/licenses/keys")).body);
  return jwtVerify(token, keys, { issuer: ORIGIN, currentDate: new Date(Date.now()) });
}
const kidIn = (token: string) => JSON.parse(atob(token.split(".")[0] as string)).kid as string;

describe("F. Key set and key storage", () => {
  it("30. kid B published 48 h, then current → leases of A verify to their exp, new ones carry B; the whole drill", async () => {
    setClock(NOON);
    // publish
    expect(await publish(await documentOf(1, [a, offline, list]))).toMatchObject({ status: 200, body: { version: 1 } });
    const held = await lease(1);
    expect(kidIn(held)).toBe(a.kid);
    const cut = { ...a, signUntil: NOON + 2 * DAY, verifyUntil: NOON + 10 * DAY };
    const early = await documentOf(2, [cut, await keyOf("b5", "lease", NOON + 2 * DAY - 1), offline, list]);
    expect((await publish(early)).body).toMatchObject({
      code: "KEYSET_REFUSED",
      error: { details: { why: "published_too_late" } },
    });
    const next = await keyOf("b5", "lease", NOON + 2 * DAY);
    expect((await publish(await documentOf(2, [cut, next, offline, list]))).status).toBe(200);
    const published = (await call("GET", "/v1/keys")).body.keys.map(({ kid }: { kid: string }) => kid);
    expect(published).toEqual([a.kid, next.kid, offline.kid, list.kid]);
    passTime(2 * DAY - 1);
    const last = await lease(2);
    expect(kidIn(last)).toBe(a.kid);
    // switch
    passTime(1);
    const first = await lease(3);
    expect(kidIn(first)).toBe(next.kid);
    passTime(7 * DAY - 2);
    await verify(last);
    await verify(first);
    // retire
    passTime(DAY + 2);
    expect((await call("GET", "/v1/keys")).body.keys.map(({ kid }: { kid: string }) => kid)).not.toContain(a.kid);
    const status = (await call("GET", "/v1/desk/license-keyset", { bearer: operator })).body;
    expect(status.keys.map(({ kid, phase }: { kid: string; phase: string }) => [kid, phase])).toEqual(
      expect.arrayContaining([
        [a.kid, "retired"],
        [next.kid, "signing"],
      ]),
    );
    expect(status.warnings).toContain(`destroy_private_half ${a.kid}`);
    // revoke: out of the JWKS at once; another key is needed at once, so nobody waits 48 hours
    const doomed = await lease(5);
    await verify(doomed);
    const at = nowSeconds();
    const revoked = { ...next, revokedFrom: at, revokeMode: "all" as const };
    expect((await publish(await documentOf(3, [cut, revoked, offline, list]))).body.error.details.why).toBe(
      "nobody_signs",
    );
    const spare = await keyOf("b6", "lease", at);
    const missing = await publish(await documentOf(3, [cut, revoked, spare, offline, list]));
    expect(missing.body.error.details).toMatchObject({ why: "private_half_missing", key: spare.kid });
    const third = await keyOf("b7", "lease", at);
    expect((await publish(await documentOf(3, [cut, revoked, third, offline, list]))).status).toBe(200);
    expect((await call("GET", "/v1/keys")).body.keys.map(({ kid }: { kid: string }) => kid)).not.toContain(next.kid);
    await expect(verify(doomed)).rejects.toThrow();
    expect(kidIn(await lease(4))).toBe(third.kid);
    expect((await publish(await documentOf(4, [cut, next, third, offline, list]))).body.error.details.why).toBe(
      "revocation_undone",
    );
  });
});
