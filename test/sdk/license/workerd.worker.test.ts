import { exports } from "cloudflare:workers";
import { createLocalJWKSet, jwtVerify } from "jose";
import { beforeAll, expect, it } from "vitest";
import { encodeBase64url } from "../../../src/domain/bytes.ts";
import { readRoots } from "../../../src/domain/license/keyset.ts";
import { createLicenseGuard, type Fetch, memoryStorage } from "../../../src/sdk/license/index.ts";
import { call } from "../../api/account/calls.worker.ts";
import { documentOf, keyOf, ORIGIN, signerOf } from "../../api/license/keyset.worker.ts";
import {
  hardware,
  makeInstance,
  makePlugin,
  openShop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
} from "../../api/license/shop.worker.ts";
import { nowSeconds, passTime } from "../../clock.ts";
import { TEST_SECRETS } from "../../secrets.ts";

let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
  const now = nowSeconds();
  const keys = [await keyOf("b2", "lease", now), await keyOf("b3", "offline", now), await keyOf("b4", "list", now)];
  const bearer = (await openShop()).operatorToken;
  const { status } = await call("POST", "/v1/desk/license-keyset", {
    bearer,
    body: { document: await documentOf(1, keys) },
  });
  expect(status).toBe(200);
});

/** The marketplace of this file, called as the SDK calls it; the owner's token stands for the instance. */
const line: Fetch = async (url, init) => {
  const response = await exports.default.fetch(url, init as RequestInit);
  return response as unknown as Awaited<ReturnType<Fetch>>;
};

it("a guard in workerd follows the pinned root through seat, refresh, ping, list, revocation and file, against the real marketplace", async () => {
  const signer = signerOf("77", "lease");
  const pair = { publicKey: encodeBase64url(await signer.publicKey()), sign: signer.sign };
  const { id, licenseKey } = await sellLicense(instance, plugin);
  const open = () =>
    createLicenseGuard({
      marketplace: ORIGIN,
      pluginId: plugin.id,
      instanceId: instance.id,
      keys: [],
      roots: roots,
      device: pair,
      credentials: { token: instance.ownerToken },
      storage,
      fetch: line,
      clock: { now: () => Date.now(), running: () => performance.now() },
      chance: () => 0.5,
      hardwareId: hardware(1),
    });
  const roots = await readRoots(TEST_SECRETS.LICENSE_ROOTS);
  const storage = memoryStorage();
  const guard = open();
  await guard.load();
  const seat = { licenseKey, hardwareId: hardware(1), version: "1.0.0" };
  expect(await guard.activate(seat)).toMatchObject({ isLicensed: true, code: "VALID" });
  // Whatever the guard believed, a foreign JOSE library believes too.
  const kept = JSON.parse((await storage.read()) as string);
  const jwks = createLocalJWKSet((await call("GET", "/v1/licenses/keys")).body);
  expect((await jwtVerify(kept.lease, jwks, { issuer: ORIGIN })).payload.sub).toBe(kept.seat.activationId);
  expect(await guard.updateList()).toMatchObject({ isLicensed: true });
  const restarted = open();
  expect(await restarted.load()).toMatchObject({
    isLicensed: true,
    lease: { tier: "basic", deviceKey: expect.any(String) },
  });

  await (await openShop()).sell("POST", `/v1/licenses/${id}/revoke`, { reason: "fraud" });
  // The isolate keeps a signed list for half a minute.
  passTime(31);
  const list = await exports.default.fetch(`${ORIGIN}/v1/licenses/revocations?since=${kept.list?.epoch ?? 0}`);
  expect(await restarted.importList(new TextDecoder().decode(await list.arrayBuffer()))).toBe(true);
  expect(restarted.status()).toMatchObject({ isLicensed: false, code: "LEASE_LISTED", class: "conclusive" });

  const other = await sellLicense(instance, plugin);
  const request = await restarted.requestFile("1.0.0");
  const { body } = await instance.post(`/v1/licenses/${other.id}/offline`, { request });
  expect(await restarted.importFile(body.file)).toMatchObject({
    isLicensed: true,
    lease: { isOffline: true, licenseId: other.id },
  });
  const release = await restarted.releaseFile();
  expect((await instance.post(`/v1/licenses/${other.id}/offline/release`, { release })).body.code).toBe("RELEASED");
});
