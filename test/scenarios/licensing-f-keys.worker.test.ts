import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { createLocalJWKSet, importJWK, jwtVerify } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { openKeyset, readRoots, type SigningKey } from "../../src/domain/license/keyset.ts";
import worker from "../../src/worker.ts";
import { call } from "../api/account/calls.worker.ts";
import { documentOf, keyOf, ORIGIN, signerOf } from "../api/license/keyset.worker.ts";
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

/** The Worker as it answers once the second pepper is set; nothing else differs. */
const changed = { ...env, LICENSE_PEPPER_V2: btoa("2".repeat(32)) };
async function asChanged(path: string, body: unknown, bearer?: string) {
  const context = Object.assign(createExecutionContext(), { exports });
  const request = new Request(`${ORIGIN}${path}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body: JSON.stringify(body),
  });
  const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], changed, context);
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely
  const answer = { status: response.status, body: (await response.json()) as any };
  await waitOnExecutionContext(context);
  return answer;
}

describe("F. Key set and key storage", () => {
  it("34. Pepper v1 → v2; keys stored under v1 are used → found, rows move to v2, both kinds work meanwhile", async () => {
    const { publisherToken } = await openShop();
    const old = await sellLicense(instance, plugin);
    const unused = await sellLicense(instance, plugin);
    const versions = async (id: string) =>
      (
        await env.DB.prepare("SELECT pepper_v FROM license_keys WHERE license_id = ?1").bind(Number(id)).all()
      ).results.map((row) => row.pepper_v);
    const validate = (licenseKey: string) => asChanged("/v1/licenses/validate", { licenseKey, pluginId: plugin.id });
    expect(await versions(old.id)).toEqual([1]);
    expect((await validate(old.licenseKey)).body.code).toBe("VALID");
    expect([await versions(old.id), await versions(unused.id)]).toEqual([[2], [1]]);
    const again = await Promise.all([validate(old.licenseKey), validate(old.licenseKey), validate(unused.licenseKey)]);
    expect(again.map(({ body }) => body.code)).toEqual(["VALID", "VALID", "VALID"]);
    expect(await versions(unused.id)).toEqual([2]);
    const order = { instanceId: instance.id, pluginId: plugin.id, userId: "pepper", type: "basic" };
    const made = await asChanged("/v1/licenses", order, publisherToken);
    expect([made.status, await versions(made.body.id)]).toEqual([201, [2]]);
    const seat = { licenseKey: made.body.licenseKey, pluginId: plugin.id, hardwareId: hardware(9), version: "1.0.0" };
    expect((await asChanged("/v1/installations", seat)).status).toBe(201);
    expect((await validate("rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ")).body.code).toBe("NOT_FOUND");
  });

  it("a trial that was used under the old pepper does not come back under the new one", async () => {
    const firm = await makeInstance();
    const trial = { pluginId: plugin.id, userId: "first", hardwareId: hardware(77), type: "trial" };
    expect((await firm.post("/v1/licenses", trial)).status).toBe(201);
    await env.DB.prepare("UPDATE licenses SET state = 'revoked' WHERE type = 'trial' AND instance_id = ?1")
      .bind(Number(firm.id))
      .run();
    const { body } = await asChanged(
      `/v1/plugins/${plugin.id}/trial`,
      { userId: "second", instanceId: firm.id },
      firm.ownerToken,
    );
    expect(body.code).toBe("TRIAL_ALREADY_USED");
    const other = await makeInstance();
    const elsewhere = { userId: "third", instanceId: other.id, hardwareId: hardware(77) };
    const refused = await asChanged(`/v1/plugins/${plugin.id}/trial`, elsewhere, other.ownerToken);
    expect(refused.body.code).toBe("TRIAL_ALREADY_USED");
  });

  it("33. Root change with old and new pinned → documents under either verify during the overlap; each version says the same", async () => {
    setClock(NOON - DAY);
    const from = [
      await keyOf("b2", "lease", NOON - DAY),
      await keyOf("b3", "offline", NOON - DAY),
      await keyOf("b4", "list", NOON - DAY),
    ];
    const other = [{ ...(from[0] as SigningKey), signUntil: NOON }, ...from.slice(1)];
    expect((await publish(await documentOf(1, from))).status).toBe(200);
    expect((await publish(await documentOf(1, other as SigningKey[], { root: "c6" }))).body.error.details.why).toBe(
      "documents_differ",
    );
    const second = await documentOf(1, from, { root: "c6" });
    expect((await publish(second)).status).toBe(200);
    for (const root of ["c5", "c6"]) {
      const kid = await signerOf(root, "root").keyId();
      const answer = await exports.default.fetch(`${ORIGIN}/.well-known/license-keyset/${kid}.jws`);
      const text = new TextDecoder().decode(await answer.arrayBuffer());
      const pinned = await readRoots(env.LICENSE_ROOTS);
      expect((await openKeyset(text, pinned))?.keyset).toMatchObject({ version: 1, issuer: ORIGIN });
      const jwk = { kty: "OKP", crv: "Ed25519", x: pinned.find((one) => one.kid === kid)?.x as string };
      const foreign = await jwtVerify(text, await importJWK(jwk, "EdDSA"), {
        audience: "rbsm:keyset",
        currentDate: new Date(Date.now()),
      });
      expect(foreign.payload).toMatchObject({ tok: "keyset", version: 1, exp: NOON - DAY + 30 * DAY });
    }
    await env.DB.batch([env.DB.prepare("DELETE FROM keyset_documents"), env.DB.prepare("DELETE FROM signing_keys")]);
    passTime(DAY);
  });

  it.each<[string, string, (keys: SigningKey[]) => Promise<string>]>([
    ["signature", "of a root that is not configured", (keys) => documentOf(9, keys, { root: "c7" })],
    ["issuer", "for another marketplace", (keys) => documentOf(9, keys, { issuer: "https://other.example" })],
    ["time", "past its end", (keys) => documentOf(9, keys, { issuedAt: nowSeconds() - 31 * DAY })],
    ["time", "from the future", (keys) => documentOf(9, keys, { issuedAt: nowSeconds() + 3600 })],
    ["key_twice", "that names a key twice", (keys) => documentOf(9, [...keys, ...keys])],
    [
      "verify_tail",
      "that forgets a key too early",
      ([key, ...rest]) =>
        documentOf(9, [{ ...(key as SigningKey), verifyUntil: (key as SigningKey).signUntil + DAY }, ...rest]),
    ],
    [
      "period",
      "that lets a key sign for longer than its purpose allows",
      ([key, ...rest]) =>
        documentOf(9, [{ ...(key as SigningKey), signUntil: NOON + 91 * DAY, verifyUntil: NOON + 400 * DAY }, ...rest]),
    ],
    ["nobody_signs", "without a key for every purpose", (keys) => documentOf(9, keys.slice(1))],
    ["signature", "that is no document at all", async () => "hello"],
  ])("KEYSET_REFUSED, %s: a document %s", async (why, _, make) => {
    setClock(NOON);
    const { status, body } = await publish(await make([a, offline, list]));
    expect([status, body.code, body.error.details.why]).toEqual([409, "KEYSET_REFUSED", why]);
    expect(
      (await call("POST", "/v1/desk/license-keyset", { bearer: instance.ownerToken, body: { document: "x" } })).status,
    ).toBe(403);
  });

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
