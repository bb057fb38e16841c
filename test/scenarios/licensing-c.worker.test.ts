import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createLicenseGuard, memoryStorage } from "../../src/sdk/license/index.ts";
import { call, ORIGIN } from "../api/account/calls.worker.ts";
import { claimsOf, freshNonce, makeDevice } from "../api/license/device.worker.ts";
import { eventsOf, hardware } from "../api/license/shop.worker.ts";
import { NOON, nowSeconds, passTime, setClock } from "../clock.ts";
import { FLOATING, makeStand, times } from "./seats.worker.ts";

const DAY = 86_400;

describe("C. Heartbeat, grace, revival", () => {
  it("13. Floating lease; ping at 59:59 → accepted, lease_until = ping + 60 min", async () => {
    setClock(NOON);
    const stand = await makeStand(FLOATING);
    const seat = await stand.activate(1);
    expect(Date.parse(seat.body.validUntil) / 1000).toBe(NOON + 3600);
    expect(Date.parse(seat.body.refreshAfter) / 1000).toBe(NOON + 300);
    passTime(3599);
    const pinged = await stand.ping(seat);
    expect([pinged.status, pinged.body.code]).toEqual([200, "VALID"]);
    expect(await stand.verify(pinged.body.lease)).toMatchObject({
      ok: true,
      value: { expiresAt: nowSeconds() + 3600 },
    });
    const shown = await stand.instance.send("GET", `/v1/installations/${seat.body.installationId}`);
    expect(Date.parse(shown.body.leaseUntil) / 1000).toBe(NOON + 3599 + 3600);
    // Silent for an hour: the seat is free at that second.
    passTime(3599);
    expect(await stand.live()).toBe(1);
    passTime(1);
    expect(await stand.live()).toBe(0);
  });

  it("a floating seat that pings twice within a minute gets its lease again, and nothing is written", async () => {
    setClock(NOON);
    const stand = await makeStand(FLOATING);
    const seat = await stand.activate(1);
    passTime(300);
    const row = () => env.DB.prepare("SELECT * FROM activations WHERE id = ?").bind(seat.body.activationId).first();
    const first = await stand.ping(seat);
    const written = await row();
    passTime(59);
    const again = await stand.ping(seat);
    expect(await row()).toEqual(written);
    const [one, two] = [first, again].map(({ body }) => claimsOf(body.lease));
    expect([two.jti, two.exp, two.nonce === one.nonce]).toEqual([one.jti, one.exp, false]);
    passTime(1);
    expect(claimsOf((await stand.ping(seat)).body.lease).jti).not.toBe(one.jti);
  });

  it("14. Lapsed within the revival window, seat free; refresh → 200, generation+1, one activation.revived", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const seat = await stand.activate(1);
    passTime(13 * DAY);
    expect(await stand.live()).toBe(0);
    const revived = await stand.refresh(seat);
    expect([revived.status, revived.body.code]).toEqual([200, "VALID"]);
    const shown = await stand.instance.send("GET", `/v1/installations/${seat.body.installationId}`);
    expect(shown.body).toMatchObject({ isLive: true, seat: { generation: 2 } });
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "activation.revived")).toHaveLength(1);
    // No free seat: told so, nothing written.
    passTime(8 * DAY);
    for (const device of times(3)) await stand.activate(10 + device);
    const taken = await stand.refresh(seat);
    expect([taken.status, taken.body.code]).toEqual([409, "SEAT_TAKEN"]);
    const pinged = await stand.ping(seat);
    expect(pinged.body).toMatchObject({ code: "SEAT_TAKEN", class: "action", license: { valid: false } });
  });

  it("15. Lapsed beyond the window; refresh → 409 LEASE_LAPSED; activate → 201", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const seat = await stand.activate(1);
    passTime(14 * DAY);
    const late = await stand.refresh(seat);
    expect([late.status, late.body.code, late.body.class]).toEqual([409, "LEASE_LAPSED", "action"]);
    const again = await stand.activate(1);
    expect([again.status, again.body.activationId]).toEqual([201, seat.body.activationId]);
    expect(again.body.seat.generation).toBe(2);
  });

  it("16. License changed from node to floating; idle activations → each ends at its promised lease_until (≤ 7 d), none later", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const idle = await stand.activate(1);
    passTime(DAY);
    const second = await stand.activate(2);
    await stand.change(FLOATING);
    const pinging = await stand.activate(3);
    expect(Date.parse(pinging.body.validUntil) / 1000).toBe(nowSeconds() + 3600);
    const untilOf = async (seat: typeof idle) =>
      Date.parse((await stand.instance.send("GET", `/v1/installations/${seat.body.installationId}`)).body.leaseUntil) /
      1000;
    expect([await untilOf(idle), await untilOf(second)]).toEqual([NOON + 7 * DAY, NOON + 8 * DAY]);
    setClock(NOON + 7 * DAY - 1);
    expect(await stand.live()).toBe(2);
    setClock(NOON + 7 * DAY);
    expect(await stand.live()).toBe(1);
    setClock(NOON + 8 * DAY);
    expect(await stand.live()).toBe(0);
  });

  it("20. One ping fails, the next succeeds → nothing raised, status never inactive", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const seat = await stand.activate(1);
    const status = async () =>
      (await stand.instance.send("GET", `/v1/installations/${seat.body.installationId}`)).body.status;
    const before = await eventsOf(stand.licenseId);
    const seen = [];
    for (const minute of times(24)) {
      passTime(300);
      // One of them never arrives.
      if (minute !== 7) expect((await stand.ping(seat)).body.code).toBe("VALID");
      seen.push(await status());
    }
    expect(new Set(seen)).toEqual(new Set(["active"]));
    expect(await eventsOf(stand.licenseId)).toEqual(before);
    passTime(3600);
    expect(await status()).toBe("inactive");
    expect(await stand.live()).toBe(1);
  });
});

describe("a host that keeps no lease beside a device that does", () => {
  it("renews by empty pings and verifications, and the device's lease is no copy's afterwards", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const seat = await stand.activate(1);
    const { jti } = claimsOf(seat.body.lease);
    const path = `/v1/installations/${seat.body.installationId}`;
    passTime(DAY);
    expect((await stand.instance.post(`${path}/heartbeat`)).body.lease).toBeDefined();
    passTime(DAY);
    expect((await stand.instance.post(`${path}/lease`)).status).toBe(200);
    const shown = await stand.instance.send("GET", path);
    expect(Date.parse(shown.body.leaseUntil) / 1000).toBe(NOON + 9 * DAY);
    passTime(1800);
    const refreshed = await stand.refresh(seat, { jti });
    expect([refreshed.status, refreshed.body.code]).toEqual([200, "VALID"]);
    expect(claimsOf(refreshed.body.lease).jti).not.toBe(jti);
  });

  it("verify leaves a live row with a device key alone", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const device = await makeDevice();
    const wish = stand.wish(1, { deviceKey: device.deviceKey, nonce: freshNonce() });
    const seat = await device.send("POST", "/v1/installations", wish);
    passTime(2 * DAY);
    const asked = { licenseKey: stand.licenseKey, pluginId: stand.plugin.id, hardwareId: hardware(1) };
    expect((await stand.instance.post("/v1/licenses/verify", asked)).body).toMatchObject({
      valid: true,
      code: "VALID",
    });
    const { jti } = claimsOf(seat.body.lease);
    const refresh = `/v1/installations/${seat.body.activationId}/lease`;
    expect((await device.send("POST", refresh, { jti, nonce: freshNonce() })).status).toBe(200);
  });
});

describe("the SDK's guard with a device key", () => {
  it("activates, refreshes after an hour and after days, and pings, as this very device", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    const { x } = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as { x: string };
    const asked: string[] = [];
    const guard = createLicenseGuard({
      marketplace: ORIGIN,
      pluginId: stand.plugin.id,
      keys: (await call("GET", "/v1/keys")).body.keys,
      credentials: { token: "replaced below" },
      storage: memoryStorage(),
      clock: { now: () => Date.now(), running: () => Date.now() },
      chance: () => 0.5,
      device: {
        publicKey: x,
        sign: async (message) =>
          new Uint8Array(await crypto.subtle.sign("Ed25519", pair.privateKey, new Uint8Array(message))),
      },
      fetch: async (url, init) => {
        const headers = new Headers(init?.headers);
        headers.set("authorization", `Bearer ${await stand.instance.bearer?.()}`);
        const response = await exports.default.fetch(url, { ...init, headers } as RequestInit);
        asked.push(`${response.status} ${new URL(url).pathname.split("/").pop()}`);
        return response;
      },
    });
    await guard.load();
    const taken = await guard.activate({ licenseKey: stand.licenseKey, hardwareId: hardware(1), version: "1.0.0" });
    expect(taken).toMatchObject({ isLicensed: true, code: "VALID" });
    expect(taken.lease?.deviceKey).not.toBeNull();
    for (const pause of [3600, 2 * DAY, 10 * DAY]) {
      passTime(pause);
      expect(await guard.refresh()).toMatchObject({ isLicensed: true, class: "ok" });
    }
    guard.stop();
    expect(asked).toEqual(["201 installations", "200 lease", "200 lease", "200 lease"]);
    expect(await eventsOf(stand.licenseId)).not.toContain("activation.cloned");
  });
});
