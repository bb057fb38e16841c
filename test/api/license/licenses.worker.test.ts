import { beforeAll, describe, expect, it } from "vitest";
import { call } from "../account/calls.worker.ts";
import {
  alter,
  count,
  eventsOf,
  hardware,
  makeInstance,
  makePlugin,
  openShop,
  type Shop,
  sellLicense,
  type TestInstance,
  type TestPlugin,
  webhooksOf,
} from "./shop.worker.ts";

let shop: Shop;
let instance: TestInstance;
let plugin: TestPlugin;
let users = 1000;

beforeAll(async () => {
  shop = await openShop();
  instance = await makeInstance();
  plugin = await makePlugin();
});

describe("issuing to an instance", () => {
  it("gives a trial at once, once per plugin, and tells the host later", async () => {
    const trial = await makePlugin({ trialDays: 14 });
    const body = { pluginId: trial.id, userId: "7", type: "trial", maxInstalls: 1 };
    const first = await instance.post("/v1/licenses", body);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      pluginId: trial.id,
      userId: "7",
      type: "trial",
      status: "active",
      maxInstalls: 1,
      currentInstalls: 0,
    });
    expect(first.body.licenseKey).toMatch(/^rbsm_live_[0-9A-HJKMNP-TV-Z]{32}$/);
    expect(first.body.id).toMatch(/^\d+$/);
    const days = (Date.parse(first.body.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(13.99);
    expect(days).toBeLessThan(14.01);
    const held = await count(
      "SELECT not_before - created_at AS n FROM webhook_outbox WHERE subject_id = ? AND event = 'license.created'",
      Number(first.body.id),
    );
    expect(held).toBe(60);
    const again = await instance.post("/v1/licenses", body);
    expect([again.status, again.body.message]).toEqual([409, "User already has an active license for this plugin"]);
    expect(again.body.error.details).toMatchObject({ id: first.body.id, licenseKey: first.body.licenseKey });
    expect(again.body.status).toBe(409);
    const other = await instance.post("/v1/licenses", { ...body, userId: "8" });
    expect([other.status, other.body.code]).toEqual([409, "TRIAL_ALREADY_USED"]);
    await instance.post(`/v1/licenses/${first.body.licenseKey}/revoke`, { reason: "over" });
    const revived = await instance.post(`/v1/plugins/${trial.id}/trial`, { userId: "7" });
    expect([revived.status, revived.body.code]).toEqual([409, "TRIAL_ALREADY_USED"]);
  });

  it("knows a trial's hardware on another instance, at issue and at the first activation", async () => {
    const trial = await makePlugin();
    const [a, b, c] = [await makeInstance(), await makeInstance(), await makeInstance()];
    const start = (of: TestInstance, hardwareId?: string) =>
      of.post(`/v1/plugins/${trial.id}/trial`, { userId: "1", ...(hardwareId === undefined ? {} : { hardwareId }) });
    const first = await start(a);
    const seat = { pluginId: trial.id, hardwareId: hardware(1), version: "1.0.0" };
    const seated = await a.post("/v1/installations", { ...seat, licenseKey: first.body.licenseKey });
    expect([seated.status, seated.body.code]).toEqual([201, "TRIAL_ACTIVE"]);
    expect((await start(b, hardware(1))).body.code).toBe("TRIAL_ALREADY_USED");
    const second = await start(c);
    const refused = await c.post("/v1/installations", { ...seat, licenseKey: second.body.licenseKey });
    expect([refused.status, refused.body.code]).toEqual([409, "TRIAL_ALREADY_USED"]);
  });

  it("gives free plans, asks for payment otherwise, and offers no trial where there is none", async () => {
    const other = await makePlugin({ trialDays: 0 });
    const ask = (type: string) =>
      instance.post("/v1/licenses", { pluginId: other.id, userId: String(users++), type, maxInstalls: 1 });
    const free = await ask("free");
    expect(free.status).toBe(201);
    expect(free.body).toMatchObject({ type: "basic", tier: "free", maxInstalls: -1 });
    expect(free.body.expiresAt).toBeUndefined();
    for (const type of ["basic", "premium", "enterprise"]) {
      const paid = await ask(type);
      expect([paid.status, paid.body.message]).toEqual([402, "Payment required"]);
      expect(paid.body.error.code).toBe("PAYMENT_REQUIRED");
    }
    const none = await ask("trial");
    expect([none.status, none.body.code]).toEqual([409, "TRIAL_NOT_OFFERED"]);
  });

  it("issues in the host's shape to an instance that registered for it", async () => {
    const legacy = await makeInstance("legacy");
    const { body } = await legacy.post("/v1/licenses", { pluginId: plugin.id, userId: "1", type: "free" });
    expect(body.licenseKey).toMatch(/^[0-9A-F]{6}(-[0-9A-F]{6}){4}$/);
    const verified = await legacy.post("/v1/licenses/verify", {
      licenseKey: body.licenseKey,
      pluginId: plugin.id,
      hardwareId: "1a2b3c4d",
      timestamp: Date.now(),
    });
    expect(verified.body.valid).toBe(true);
  });

  it("lets a sent date and limits lower what the tier gives, never raise it", async () => {
    const trial = await makePlugin({ trialDays: 30 });
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await instance.post("/v1/licenses", {
      pluginId: trial.id,
      userId: "1",
      type: "trial",
      maxInstalls: 50,
      expiresAt: soon,
      usageLimits: { apiCalls: 5, storage: 999 },
    });
    expect(body.maxInstalls).toBe(1);
    expect(Date.parse(body.expiresAt)).toBe(Math.floor(Date.parse(soon) / 1000) * 1000);
    const shown = await instance.send("GET", `/v1/licenses/${body.id}`);
    expect(shown.body.usageLimits).toEqual({ apiCalls: 5, storage: 10, users: -1, features: ["basic"] });
    expect(shown.body.licenseKey).toBeUndefined();
    expect(shown.body.keyHint).toBe(body.licenseKey.slice(-4));
  });

  it("names every bad field", async () => {
    const answer = await instance.post("/v1/licenses", { pluginId: "x", userId: 7, type: "gold" });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer).sort()).toEqual([
      "/pluginId",
      "/type",
      "/userId",
    ]);
    const absent = await instance.post("/v1/licenses", { pluginId: "999999", userId: "7", type: "trial" });
    expect([absent.status, absent.body.message]).toEqual([404, "Plugin not found"]);
  });
});

describe("issuing by the publisher", () => {
  it("gives any tier to a named instance, and the webhook leaves at once", async () => {
    const { body, status } = await shop.sell("POST", "/v1/licenses", {
      instanceId: instance.id,
      pluginId: plugin.id,
      userId: String(users++),
      type: "premium",
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ type: "premium", maxInstalls: 10, status: "active" });
    expect(
      await count(
        "SELECT not_before - created_at AS n FROM webhook_outbox WHERE subject_id = ? AND event = 'license.created'",
        Number(body.id),
      ),
    ).toBe(0);
    expect(await webhooksOf(body.id)).toEqual(["1 license.created"]);
  });

  it("is refused to strangers, without an instance, and for unknown instances", async () => {
    const body = { pluginId: plugin.id, userId: "1", type: "basic", instanceId: instance.id };
    const stranger = await call("POST", "/v1/licenses", { bearer: instance.ownerToken, body });
    expect([stranger.status, stranger.body.code]).toEqual([403, "PERMISSION_DENIED"]);
    expect((await call("POST", "/v1/licenses", { body })).status).toBe(401);
    const { instanceId: _, ...unnamed } = body;
    expect((await shop.sell("POST", "/v1/licenses", unnamed)).status).toBe(422);
    expect((await shop.sell("POST", "/v1/licenses", { ...body, instanceId: "999999" })).status).toBe(404);
  });

  it("stores no key in the clear", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const body = licenseKey.slice(10, 36);
    for (const table of ["license_keys", "licenses", "license_events", "webhook_outbox", "audit"]) {
      expect(await rowsWith(table, body)).toBe(0);
    }
    expect(
      await count(
        "SELECT COUNT(*) AS n FROM license_keys WHERE license_id = ? AND hint = ?",
        Number(id),
        licenseKey.slice(-4),
      ),
    ).toBe(1);
  });
});

async function rowsWith(table: string, text: string): Promise<number> {
  const { env } = await import("cloudflare:workers");
  const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
  return results.filter((row) => JSON.stringify(row).includes(text)).length;
}

describe("a user's licenses", () => {
  it("are listed with their keys, for the instance alone; an unknown user has none", async () => {
    const mine = await makeInstance();
    const a = await sellLicense(mine, plugin, { userId: "42" });
    const listed = await mine.send("GET", "/v1/users/42/licenses");
    expect(listed.status).toBe(200);
    expect(listed.body).toHaveLength(1);
    expect(listed.body[0]).toMatchObject({ id: a.id, licenseKey: a.licenseKey, userId: "42" });
    expect((await mine.send("GET", "/v1/users/43/licenses")).body).toEqual([]);
    expect((await instance.send("GET", "/v1/users/42/licenses")).body).toEqual([]);
    expect((await shop.sell("GET", "/v1/users/42/licenses")).status).toBe(403);
    await mine.send("GET", "/v1/users/42/licenses");
    expect(
      await count("SELECT COUNT(*) AS n FROM audit WHERE action = 'license.keys_opened' AND subject_id = ?", mine.id),
    ).toBe(1);
  });
});

describe("changing a license", () => {
  it("transfers to another user, unbound and without devices", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const seat = { licenseKey, pluginId: plugin.id, hardwareId: hardware(1), version: "1.0.0" };
    const { body } = await instance.post("/v1/installations", seat);
    await instance.post(`/v1/licenses/${id}/bind`, { hardwareId: hardware(1) });
    const moved = await instance.post(`/v1/licenses/${licenseKey}/transfer`, { newUserId: "900" });
    expect(moved.status).toBe(200);
    expect(moved.body).toMatchObject({ id, licenseKey, userId: "900", currentInstalls: 0 });
    expect(moved.body.hardwareId).toBeUndefined();
    const shown = await instance.send("GET", `/v1/installations/${body.installationId}`);
    expect(shown.body.status).toBe("uninstalled");
    expect(await webhooksOf(id)).toEqual([
      "1 license.created",
      "2 license.updated",
      "3 license.updated",
      "4 license.updated",
    ]);
  });

  it("does not transfer enterprise and trial licenses: 400", async () => {
    const { licenseKey } = await sellLicense(instance, plugin, { type: "enterprise" });
    const refused = await instance.post(`/v1/licenses/${licenseKey}/transfer`, { newUserId: "9" });
    expect([refused.status, refused.body.message]).toEqual([400, "Enterprise licenses cannot be transferred"]);
  });

  it("revokes once and for all: the first reason stays, the second call is a 200", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const first = await instance.post(`/v1/licenses/${licenseKey}/revoke`, { reason: "refund" });
    expect([first.status, first.body.status]).toEqual([200, "revoked"]);
    const second = await instance.post(`/v1/licenses/${licenseKey}/revoke`, { reason: "other" });
    expect([second.status, second.body.status]).toEqual([200, "revoked"]);
    expect(await count("SELECT COUNT(*) AS n FROM licenses WHERE id = ? AND state_reason = 'refund'", Number(id))).toBe(
      1,
    );
    expect(await webhooksOf(id)).toEqual(["1 license.created", "2 license.revoked"]);
    const seat = { licenseKey, pluginId: plugin.id, hardwareId: hardware(1), version: "1.0.0" };
    expect((await instance.post("/v1/installations", seat)).body).toMatchObject({ code: "REVOKED", reason: "refund" });
  });

  it("spends open download tokens when it revokes", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    await alter(
      "INSERT INTO download_tokens (hash, release_id, license_id, instance_id, expires_at) SELECT ?1, MAX(id), ?2, ?3, unixepoch() + 300 FROM releases",
      `hash-${id}`,
      Number(id),
      Number(instance.id),
    );
    await instance.post(`/v1/licenses/${licenseKey}/revoke`, { reason: "refund" });
    expect(
      await count("SELECT COUNT(*) AS n FROM download_tokens WHERE license_id = ? AND used_at IS NULL", Number(id)),
    ).toBe(0);
  });

  it("suspends, reactivates, renews and upgrades for the publisher; an instance may not", async () => {
    const expiresAt = new Date(Date.now() + 10 * 86_400_000).toISOString();
    const { id, licenseKey } = await sellLicense(instance, plugin, { expiresAt });
    const act = (verb: string, body: object = {}) => shop.sell("POST", `/v1/licenses/${id}/${verb}`, body);
    const suspended = await act("suspend", { reason: "chargeback" });
    expect(suspended.body).toMatchObject({ status: "suspended", keyHint: licenseKey.slice(-4) });
    expect(suspended.body.licenseKey).toBeUndefined();
    expect((await act("suspend", { reason: "again" })).status).toBe(200);
    const stuck = await act("renew", { days: 30 });
    expect([stuck.status, stuck.body.code, stuck.body.from]).toEqual([409, "TRANSITION_INVALID", "suspended"]);
    expect(stuck.body.allowed).toEqual(["reactivate", "revoke"]);
    expect((await act("reactivate")).body.status).toBe("active");
    const renewed = await act("renew", { days: 30 });
    expect(Date.parse(renewed.body.expiresAt) - Math.floor(Date.parse(expiresAt) / 1000) * 1000).toBe(30 * 86_400_000);
    const upgraded = await act("upgrade", { type: "premium" });
    expect(upgraded.body).toMatchObject({ type: "premium", maxInstalls: 10 });
    const down = await act("upgrade", { type: "basic" });
    expect([down.status, down.body.code]).toEqual([409, "PLAN_CHANGE_REFUSED"]);
    for (const [verb, body] of [
      ["suspend", { reason: "x" }],
      ["reactivate", {}],
      ["renew", { days: 1 }],
      ["upgrade", { type: "enterprise" }],
    ] as const)
      expect((await instance.post(`/v1/licenses/${id}/${verb}`, body)).status).toBe(403);
    expect(await eventsOf(id)).toEqual([
      "license.created",
      "license.suspended",
      "license.reactivated",
      "license.renewed",
      "license.upgraded",
    ]);
  });

  it("binds once", async () => {
    const { id } = await sellLicense(instance, plugin);
    const bind = (hardwareId: string) => instance.post(`/v1/licenses/${id}/bind`, { hardwareId });
    expect((await bind("1a2b3c4d")).body.code).toBe("DEVICE_ID_INVALID");
    expect((await bind(hardware(1))).body.hardwareId).toBe(hardware(1));
    for (const device of [1, 2]) {
      const again = await bind(hardware(device));
      expect([again.status, again.body.code]).toEqual([409, "ALREADY_BOUND"]);
    }
  });

  it("is as absent for others as if it did not exist", async () => {
    const { id, licenseKey } = await sellLicense(instance, plugin);
    const other = await makeInstance();
    for (const [path, body] of [
      [`/v1/licenses/${id}/bind`, { hardwareId: hardware(1) }],
      [`/v1/licenses/${licenseKey}/revoke`, { reason: "x" }],
      [`/v1/licenses/${licenseKey}/transfer`, { newUserId: "1" }],
    ] as const) {
      const answer = await other.post(path, body);
      expect([answer.status, answer.body.message]).toEqual([404, "License not found"]);
      expect(JSON.stringify(answer.body)).not.toContain(licenseKey);
    }
    expect((await other.send("GET", `/v1/licenses/${id}`)).status).toBe(404);
    expect((await instance.send("GET", `/v1/licenses/${id}`)).body.id).toBe(id);
    expect((await shop.sell("GET", `/v1/licenses/${id}`)).body.id).toBe(id);
    expect((await call("GET", `/v1/licenses/${id}`, { bearer: instance.ownerToken })).body.id).toBe(id);
  });
});

describe("bad input", () => {
  it("refuses a key in the query string without showing it", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    for (const query of [
      `licenseKey=${licenseKey}`,
      `q=${licenseKey.toLowerCase()}`,
      `key=9F3A1C-07B2E4-5D6C88-A1F09B-3E47D2`,
    ]) {
      const answer = await call("GET", `/v1/plugins?${query}`);
      expect([answer.status, answer.body.code]).toEqual([400, "KEY_IN_URL"]);
      expect(JSON.stringify(answer.body)).not.toContain(licenseKey.slice(12));
    }
  });

  it.each([
    ["no JSON", "{", 400, "BODY_INVALID", undefined],
    ["a duplicate member", '{"a":1,"a":2}', 400, "BODY_INVALID", undefined],
    ["nine levels", `${"[".repeat(9)}${"]".repeat(9)}`, 400, "BODY_INVALID", undefined],
    ["two megabytes", " ".repeat(2_000_000), 413, "BODY_TOO_LARGE", undefined],
    ["another media type", "{}", 415, "MEDIA_TYPE_UNSUPPORTED", "text/plain"],
  ])("answers %s as a problem with a message", async (_, body, status, code, type) => {
    const { exports } = await import("cloudflare:workers");
    const response = await exports.default.fetch("http://localhost:8787/v1/licenses/validate", {
      method: "POST",
      headers: { "content-type": type ?? "application/json" },
      body,
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = (await response.json()) as { code: string; message: string };
    expect(problem.code).toBe(code);
    expect(problem.message.length).toBeGreaterThan(0);
  });

  it("publishes the lease key and the time", async () => {
    const keys = await call("GET", "/v1/keys");
    expect(keys.body).toEqual((await call("GET", "/.well-known/jwks.json")).body);
    expect(keys.headers.get("cache-control")).toBe("public, max-age=3600");
    expect(keys.body.keys[0]).toMatchObject({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", rbsm_purpose: "lease" });
    const time = await call("GET", "/v1/time?nonce=AAECAwQFBgcICQoLDA0ODw");
    expect(Math.abs(Date.parse(time.body.now) - Date.now())).toBeLessThan(2_000);
  });
});
