import { beforeAll, describe, expect, it } from "vitest";
import { call } from "../account/calls.worker.ts";
import { freshNonce, makeDevice } from "./device.worker.ts";
import {
  alter,
  count,
  eventsOf,
  hardware,
  makeInstance,
  makePlugin,
  sellLicense,
  type TestInstance,
  type TestPlugin,
  webhooksOf,
} from "./shop.worker.ts";

const NONCE = "AAECAwQFBgcICQoLDA0ODw";
let instance: TestInstance;
let plugin: TestPlugin;

beforeAll(async () => {
  instance = await makeInstance();
  plugin = await makePlugin();
});

function wish(licenseKey: string, device: number, over: Record<string, unknown> = {}) {
  return { licenseKey, pluginId: plugin.id, hardwareId: hardware(device), version: "1.0.0", nonce: NONCE, ...over };
}

function consent(over: Record<string, unknown> = {}) {
  return { grantedPermissions: ["requests.read"], closureDigest: plugin.closureDigest, ...over };
}

describe("activating", () => {
  it("gives a new device a seat: 201, one live row, a lease bound to the request", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const body = wish(licenseKey, 1);
    const answer = await instance.post("/v1/installations", body);
    expect(answer.status).toBe(201);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(answer.body).toMatchObject({
      code: "VALID",
      class: "ok",
      seat: { class: "paid", overage: false, generation: 1 },
      license: { status: "active", type: "basic" },
      nextHeartbeatSeconds: 300,
      warnings: [],
    });
    expect(answer.body.activationId).toMatch(/^act_[0-9A-HJKMNP-TV-Z]{20}$/);
    expect(answer.body.installationId).toMatch(/^[0-9a-f]{8}-/);
    const claims = JSON.parse(atob(answer.body.lease.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    expect(claims).toMatchObject({
      iss: "http://localhost:8787",
      aud: `rbsm:plugin:${plugin.id}`,
      sub: answer.body.activationId,
      iid: answer.body.installationId,
      lic: id,
      ins: instance.id,
      hw: hardware(1),
      tok: "lease",
      st: "active",
      tier: "basic",
      ent: ["advanced", "basic"],
      nonce: NONCE,
      ver: "1.0.0",
    });
    expect(claims.exp - claims.iat).toBe(604_800);
    expect(claims.rfa - claims.iat).toBeLessThanOrEqual(86_400);
    expect(claims.rfa - claims.iat).toBeGreaterThanOrEqual(86_400 - 8_640);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(body))));
    expect(claims.rqh).toBe(
      btoa(String.fromCharCode(...hash))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replace("=", ""),
    );
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(id))).toBe(1);
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted"]);
    expect(await webhooksOf(id)).toEqual(["1 license.created", "2 license.updated"]);
  });

  it("gives a live device its own row back: 200, same id, same seats, a new lease", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const first = await instance.post("/v1/installations", wish(licenseKey, 1));
    const second = await instance.post("/v1/installations", wish(licenseKey, 1));
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.activationId).toBe(first.body.activationId);
    expect(second.body.installationId).toBe(first.body.installationId);
    expect(second.body.lease).not.toBe(first.body.lease);
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(id))).toBe(1);
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted"]);
  });

  it("replays a reply under its Idempotency-Key and refuses the key with another body", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const headers = { "idempotency-key": "first-try-1" };
    const first = await instance.post("/v1/installations", wish(licenseKey, 1), headers);
    const again = await instance.post("/v1/installations", wish(licenseKey, 1), headers);
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(again.body).toEqual(first.body);
    const other = await instance.post("/v1/installations", wish(licenseKey, 2), headers);
    expect([other.status, other.body.code]).toEqual([422, "IDEMPOTENCY_MISMATCH"]);
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(id))).toBe(1);
  });

  it("finds a device again by its key when the lease was lost", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const device = await makeDevice();
    const seat = (n: number) =>
      device.send(
        "POST",
        "/v1/installations",
        wish(licenseKey, n, { deviceKey: device.deviceKey, nonce: freshNonce() }),
        instance,
      );
    const [first, second] = [await seat(1), await seat(99)];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.activationId).toBe(first.body.activationId);
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(id))).toBe(1);
  });

  it("refuses device keys that anybody could sign for", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const deviceKey = { kty: "OKP", crv: "Ed25519", x: "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
    const answer = await instance.post("/v1/installations", wish(licenseKey, 1, { deviceKey }));
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, "/deviceKey"]);
  });

  it("lets one device hold seats on two licenses, unless the plugin is unique per device", async () => {
    const a = await sellLicense(instance, plugin);
    const b = await sellLicense(instance, plugin);
    expect((await instance.post("/v1/installations", wish(a.licenseKey, 5))).status).toBe(201);
    expect((await instance.post("/v1/installations", wish(b.licenseKey, 5))).status).toBe(201);
    const c = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET uniqueness = 'plugin' WHERE id = ?", Number(c.id));
    const refused = await instance.post("/v1/installations", wish(c.licenseKey, 5));
    expect([refused.status, refused.body.code]).toEqual([409, "DEVICE_IN_USE"]);
  });

  it("frees the seat at DELETE, answers ALREADY_RELEASED the second time, and seats the next device at once", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const seats = [];
    for (const device of [1, 2, 3]) seats.push(await instance.post("/v1/installations", wish(licenseKey, device)));
    const full = await instance.post("/v1/installations", wish(licenseKey, 4));
    expect([full.status, full.body.code, full.body.class]).toEqual([409, "SEAT_LIMIT", "action"]);
    expect(full.body.message).toBe("Installation limit exceeded");
    expect(full.body).toMatchObject({ used: 3, cap: 3 });
    expect(full.body.verdict.split(".")).toHaveLength(3);
    const path = `/v1/installations/${seats[0]?.body.installationId}`;
    expect((await instance.send("DELETE", path)).body.code).toBe("RELEASED");
    const again = await instance.send("DELETE", path);
    expect([again.status, again.body.code]).toEqual([200, "ALREADY_RELEASED"]);
    expect((await instance.post("/v1/installations", wish(licenseKey, 4))).status).toBe(201);
  });

  it.each([
    ["no device", { hardwareId: undefined }, 422, "DEVICE_ID_REQUIRED"],
    ["hardware that is not 64 hex", { hardwareId: "1a2b3c4d" }, 422, "DEVICE_ID_INVALID"],
    ["a malformed key", { licenseKey: "nonsense" }, 400, "KEY_MALFORMED"],
    ["no key at all", { licenseKey: undefined }, 400, "KEY_MALFORMED"],
    ["an unknown key", { licenseKey: "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ" }, 404, "NOT_FOUND"],
    ["an unpublished version", { version: "9.9.9" }, 403, "BUILD_MISMATCH"],
    ["a plugin id that is no number", { pluginId: "x" }, 422, "VALIDATION_ERROR"],
    ["a nonce too short", { nonce: "AA" }, 422, "VALIDATION_ERROR"],
    ["a key that is a number", { licenseKey: 7 }, 422, "VALIDATION_ERROR"],
  ])("refuses %s", async (_, over, status, code) => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const answer = await instance.post("/v1/installations", wish(licenseKey, 1, over));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.message.length).toBeGreaterThan(0);
  });

  it.each([
    ["revoked", "state = 'revoked', state_reason = 'refund'", 403, "REVOKED"],
    ["suspended", "state = 'suspended'", 403, "SUSPENDED"],
    ["waiting for payment", "state = 'pending'", 402, "PAYMENT_REQUIRED"],
    ["not begun", "starts_at = unixepoch() + 86400", 403, "NOT_YET_VALID"],
    ["over", "expires_at = unixepoch()", 403, "EXPIRED"],
    ["a trial that is over", "type = 'trial', expires_at = unixepoch()", 403, "TRIAL_EXPIRED"],
    ["bound elsewhere", `hardware_id = '${hardware(77)}'`, 403, "DEVICE_MISMATCH"],
  ])("refuses a license that is %s, without a row", async (_, change, status, code) => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    await alter(`UPDATE licenses SET ${change}, rev = rev + 1 WHERE id = ?`, Number(id));
    const answer = await instance.post("/v1/installations", wish(licenseKey, 1));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(id))).toBe(0);
  });

  it("refuses another plugin's license: by name to its owner, as unknown to strangers", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const other = await makePlugin();
    const mine = await instance.post("/v1/installations", wish(licenseKey, 1, { pluginId: other.id }));
    expect([mine.status, mine.body.code]).toEqual([403, "PRODUCT_MISMATCH"]);
    const stranger = await call("POST", "/v1/installations", { body: wish(licenseKey, 1, { pluginId: other.id }) });
    expect([stranger.status, stranger.body.code]).toEqual([404, "NOT_FOUND"]);
  });

  it("seats a device that only knows the key, but takes no consent from it", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const answer = await call("POST", "/v1/installations", { body: { ...wish(licenseKey, 1), ...consent() } });
    expect(answer.status).toBe(201);
    expect(await count("SELECT COUNT(*) AS n FROM grants WHERE activation_id = ?", answer.body.activationId)).toBe(0);
  });

  it("stops at the budget of new grants in an hour, and known devices go on", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    await alter("UPDATE licenses SET activation_budget = 2 WHERE id = ?", Number(id));
    for (const device of [1, 2]) await instance.post("/v1/installations", wish(licenseKey, device));
    const third = await instance.post("/v1/installations", wish(licenseKey, 3));
    expect([third.status, third.body.code, third.body.class]).toEqual([429, "ACTIVATION_BUDGET", "retryable"]);
    expect(third.headers.get("retry-after")).toBe("3600");
    expect((await instance.post("/v1/installations", wish(licenseKey, 1))).status).toBe(200);
  });

  it("refuses an installation id that another installation of the instance carries", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const installationId = crypto.randomUUID();
    const first = await instance.post("/v1/installations", wish(licenseKey, 1, { installationId }));
    expect(first.body.installationId).toBe(installationId);
    const second = await instance.post("/v1/installations", wish(licenseKey, 2, { installationId }));
    expect([second.status, second.body.errors[0].pointer]).toEqual([422, "/installationId"]);
  });

  it("uses dev seats for development and a paid one beyond them", async () => {
    const { licenseKey } = await sellLicense(instance, plugin, { maxInstalls: 1 });
    await alter(
      "UPDATE licenses SET max_installs = 1, seat_cap = 1 WHERE user_id IS NOT NULL AND id = (SELECT MAX(id) FROM licenses)",
    );
    const origin = "http://127.0.0.1:3000";
    const classes = [];
    for (const device of [1, 2, 3]) {
      const { body } = await instance.post("/v1/installations", wish(licenseKey, device, { origin }));
      classes.push(body.seat?.class ?? body.code);
    }
    expect(classes).toEqual(["dev", "paid", "SEAT_LIMIT"]);
  });
});

describe("an installation", () => {
  it("is listed, shown, paused and resumed; the seat stays", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const { body } = await instance.post("/v1/installations", wish(licenseKey, 1));
    const path = `/v1/installations/${body.installationId}`;
    const shown = await instance.send("GET", path);
    expect(shown.body).toMatchObject({ status: "active", isLive: true, licenseId: id, pluginName: plugin.name });
    expect((await instance.send("GET", "/v1/installations")).body.data.length).toBeGreaterThan(0);
    const paused = await instance.send("PATCH", path, { action: "deactivate" });
    expect(paused.body).toMatchObject({ status: "inactive", isLive: true });
    expect((await instance.send("PATCH", path, { action: "deactivate" })).body.status).toBe("inactive");
    expect((await instance.send("PUT", `${path}/status`, { status: "active" })).body.status).toBe("active");
    expect(await eventsOf(id)).toEqual([
      "license.created",
      "activation.granted",
      "activation.paused",
      "activation.resumed",
    ]);
    const listed = await instance.send("GET", `/v1/licenses/${id}/installations`);
    expect(listed.body.total).toBe(1);
    await instance.send("DELETE", path);
    const refused = await instance.send("PATCH", path, { action: "activate" });
    expect([refused.status, refused.body.code]).toEqual([409, "TRANSITION_INVALID"]);
  });

  it("belongs to its instance: for another one it is as absent as any", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const { body } = await instance.post("/v1/installations", wish(licenseKey, 1));
    const other = await makeInstance();
    const strip = (answer: { status: number; body: Record<string, unknown> }) => {
      const { traceId: _, instance: __, serverTime: ___, ...rest } = answer.body;
      return { status: answer.status, ...rest };
    };
    for (const iid of [body.installationId, body.activationId]) {
      const absent = iid.startsWith("act_") ? `act_${"0".repeat(20)}` : crypto.randomUUID();
      for (const [method, tail] of [
        ["GET", ""],
        ["POST", "/heartbeat"],
        ["POST", "/lease"],
        ["DELETE", ""],
      ] as const) {
        const seen = await other.send(method, `/v1/installations/${iid}${tail}`);
        expect(strip(seen)).toEqual(strip(await other.send(method, `/v1/installations/${absent}${tail}`)));
        expect(seen.status).toBe(404);
      }
    }
    expect((await instance.send("GET", `/v1/installations/${body.installationId}`)).body.isLive).toBe(true);
  });

  it("answers the empty ping of released hosts, and tells a revocation in the next one", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const { body } = await instance.post("/v1/installations", wish(licenseKey, 1));
    const path = `/v1/installations/${body.installationId}/heartbeat`;
    const ping = await instance.post(path);
    expect(ping.status).toBe(200);
    expect(ping.body).toMatchObject({
      installationId: body.installationId,
      nextHeartbeatSeconds: 300,
      license: { status: "active", valid: true },
      commands: [],
      code: "VALID",
      class: "ok",
    });
    expect(ping.body.lease).toBeUndefined();
    await instance.post(`/v1/licenses/${licenseKey}/revoke`, { reason: "Refunded" });
    const told = await instance.post(path, {});
    expect(told.status).toBe(200);
    expect(told.body).toMatchObject({ license: { status: "revoked", valid: false }, code: "REVOKED" });
    expect(told.body.verdict.split(".")).toHaveLength(3);
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted", "license.revoked"]);
  });

  it("gets a new lease with the ping once the old one asks for a refresh", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const { body } = await instance.post("/v1/installations", wish(licenseKey, 1));
    await alter("UPDATE activations SET lease_iat = lease_iat - 90000 WHERE id = ?", body.activationId);
    const ping = await instance.post(`/v1/installations/${body.installationId}/heartbeat`, { nonce: NONCE });
    expect(ping.body.lease.split(".")).toHaveLength(3);
  });

  it("refreshes its lease; the previous one within ten minutes is a lost reply, any other a copy", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const { body } = await instance.post("/v1/installations", wish(licenseKey, 1));
    const path = `/v1/installations/${body.activationId}/lease`;
    const jtiOf = (lease: string) =>
      JSON.parse(atob((lease.split(".")[1] as string).replaceAll("-", "+").replaceAll("_", "/"))).jti;
    const first = jtiOf(body.lease);
    const refreshed = await instance.post(path, { jti: first, nonce: NONCE });
    expect(refreshed.status).toBe(200);
    expect(refreshed.body).toMatchObject({ code: "VALID", activationId: body.activationId });
    const second = jtiOf(refreshed.body.lease);
    expect(second).not.toBe(first);
    const lost = await instance.post(path, { jti: first, nonce: NONCE });
    expect([lost.status, jtiOf(lost.body.lease)]).toEqual([200, second]);
    const copy = await instance.post(path, { jti: "lse_other", nonce: NONCE });
    expect([copy.status, copy.body.code]).toEqual([409, "DEVICE_CLONED"]);
  });

  it("comes back within the revival window if a seat is free, and not later", async () => {
    const { licenseKey, id } = await sellLicense(instance, plugin);
    const { body } = await instance.post("/v1/installations", wish(licenseKey, 1));
    const path = `/v1/installations/${body.installationId}/lease`;
    await alter("UPDATE activations SET lease_until = unixepoch() - 60 WHERE id = ?", body.activationId);
    const revived = await instance.post(path, {});
    expect(revived.status).toBe(200);
    expect(await eventsOf(id)).toEqual(["license.created", "activation.granted", "activation.revived"]);
    expect(await count("SELECT gen AS n FROM activations WHERE id = ?", body.activationId)).toBe(2);

    await alter("UPDATE activations SET lease_until = unixepoch() - 60 WHERE id = ?", body.activationId);
    for (const device of [2, 3, 4]) await instance.post("/v1/installations", wish(licenseKey, device));
    const taken = await instance.post(path, {});
    expect([taken.status, taken.body.code]).toEqual([409, "SEAT_TAKEN"]);

    await alter("UPDATE activations SET lease_until = unixepoch() - 700000 WHERE id = ?", body.activationId);
    const late = await instance.post(path, {});
    expect([late.status, late.body.code]).toEqual([409, "LEASE_LAPSED"]);
    await alter(
      "UPDATE activations SET released_at = unixepoch() WHERE license_id = ? AND id <> ?",
      Number(id),
      body.activationId,
    );
    expect((await instance.post("/v1/installations", wish(licenseKey, 1))).status).toBe(201);
  });

  it("keeps a live device alive on a full license: refresh and activate answer 200", async () => {
    const { licenseKey } = await sellLicense(instance, plugin);
    const ids = [];
    for (const device of [1, 2, 3])
      ids.push((await instance.post("/v1/installations", wish(licenseKey, device))).body.installationId);
    for (const [index, iid] of ids.entries()) {
      expect((await instance.post(`/v1/installations/${iid}/lease`, {})).status).toBe(200);
      expect((await instance.post("/v1/installations", wish(licenseKey, index + 1))).status).toBe(200);
    }
  });
});
