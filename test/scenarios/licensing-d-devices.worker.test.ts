import { describe, expect, it } from "vitest";
import { call } from "../api/account/calls.worker.ts";
import { claimsOf, freshNonce, makeDevice, type TestDevice } from "../api/license/device.worker.ts";
import { count, eventsOf, hardware } from "../api/license/shop.worker.ts";
import { NOON, nowSeconds, passTime, setClock } from "../clock.ts";
import { makeStand, type Stand } from "./seats.worker.ts";

const DAY = 86_400;
const PARTS = ["cpu A", "board B", "disk C", "mac D"];

const rows = ({ licenseId }: Stand) =>
  count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(licenseId));

/** Takes a seat with its key; the hardware is `n`. */
function seat(stand: Stand, device: TestDevice, n: number, over: object = {}) {
  const body = stand.wish(n, { deviceKey: device.deviceKey, nonce: freshNonce(), ...over });
  return device.send("POST", "/v1/installations", body);
}

describe("D. Validation, of devices", () => {
  it("23. Activate without hardwareId and deviceKey → 422 DEVICE_ID_REQUIRED; nothing read or written", async () => {
    const stand = await makeStand();
    const refused = await stand.activate(1, { hardwareId: undefined });
    expect([refused.status, refused.body.code, refused.body.class]).toEqual([422, "DEVICE_ID_REQUIRED", "action"]);
    expect(refused.body.errors[0].pointer).toBe("/hardwareId");
    // Nothing was read: a key that never was gets the same answer, not NOT_FOUND.
    const licenseKey = "rbsm_live_0123456789ABCDEFGHJKMNPQRS03DBRQ";
    const unknown = await call("POST", "/v1/installations", {
      body: stand.wish(1, { licenseKey, hardwareId: undefined }),
    });
    expect([unknown.status, unknown.body.code]).toEqual([422, "DEVICE_ID_REQUIRED"]);
    expect(await rows(stand)).toBe(0);
  });

  it("24. Drift majority, four stored components; three match, then two → same seat with DEVICE_DRIFTED; treated as another device", async () => {
    const stand = await makeStand();
    const first = await stand.activate(1, { components: PARTS });
    const drifted = await stand.activate(2, { components: ["cpu X", ...PARTS.slice(1)] });
    expect([drifted.status, drifted.body.activationId]).toEqual([200, first.body.activationId]);
    expect(drifted.body.warnings).toEqual(["DEVICE_DRIFTED"]);
    expect(claimsOf(drifted.body.lease).hw).toBe(hardware(2));
    expect(await eventsOf(stand.licenseId)).toContain("activation.drifted");
    // Now stored: cpu X, board B, disk C, mac D. Two of them are no majority of four.
    const other = await stand.activate(3, { components: ["cpu X", "board B", "disk Y", "mac Z"] });
    expect(other.status).toBe(201);
    expect(other.body.activationId).not.toBe(first.body.activationId);
    expect(await stand.live()).toBe(2);
  });

  it("drift strict wants all, loose one; the fourth drift in 90 days is another machine", async () => {
    setClock(NOON);
    const strict = await makeStand("drift = 'strict'");
    const first = await strict.activate(1, { components: PARTS });
    expect((await strict.activate(2, { components: PARTS.slice(1) })).status).toBe(201);
    expect((await strict.activate(3, { components: [...PARTS, "gpu E"] })).body.activationId).toBe(
      first.body.activationId,
    );
    const loose = await makeStand("drift = 'loose'");
    const machine = await loose.activate(10, { components: PARTS });
    for (const n of [11, 12, 13]) {
      const drifted = await loose.activate(n, { components: PARTS });
      expect([drifted.status, drifted.body.activationId]).toEqual([200, machine.body.activationId]);
    }
    const refused = await loose.activate(14, { components: PARTS });
    expect([refused.status, refused.body.code, refused.body.class]).toEqual([403, "DEVICE_MISMATCH", "conclusive"]);
    passTime(90 * DAY);
    expect((await loose.activate(14, { components: PARTS })).body.warnings).toEqual(["DEVICE_DRIFTED"]);
  });

  it.each([
    ["seventeen components", { components: Array.from({ length: 17 }, (_, n) => `part ${n}`) }, "/components"],
    ["a component of 129 bytes", { components: ["x".repeat(129)] }, "/components"],
    ["an empty component", { components: [""] }, "/components"],
    ["hardware that is not 64 hex", { hardwareId: "abc" }, "/hardwareId"],
    ["a key of small order", { deviceKey: { kty: "OKP", crv: "Ed25519", x: `AQ${"A".repeat(41)}` } }, "/deviceKey"],
  ])("refuses %s: DEVICE_ID_INVALID", async (_, over, pointer) => {
    const stand = await makeStand();
    const refused = await stand.activate(1, over);
    expect([refused.status, refused.body.code]).toEqual([422, "DEVICE_ID_INVALID"]);
    expect(refused.body.errors[0].pointer).toBe(pointer);
    expect(await rows(stand)).toBe(0);
  });
});

describe("device proofs", () => {
  it("a device without any credential activates, refreshes, pings, reads and releases its own row by its key", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const device = await makeDevice();
    const taken = await seat(stand, device, 1);
    expect([taken.status, claimsOf(taken.body.lease).cnf]).toEqual([201, { jkt: device.jkt }]);
    const path = `/v1/installations/${taken.body.activationId}`;
    passTime(60);
    const { jti } = claimsOf(taken.body.lease);
    const refreshed = await device.send("POST", `${path}/lease`, { jti, nonce: freshNonce() });
    expect([refreshed.status, refreshed.body.code]).toEqual([200, "VALID"]);
    const pinged = await device.send("POST", `${path}/heartbeat`, { nonce: freshNonce() });
    expect([pinged.status, pinged.body.code]).toEqual([200, "VALID"]);
    expect(claimsOf(pinged.body.verdict)).toMatchObject({
      tok: "verdict",
      sub: taken.body.activationId,
      seen: NOON + 60,
    });
    expect((await device.send("GET", path)).body).toMatchObject({ isLive: true, status: "active" });
    const released = await device.send("DELETE", path);
    expect([released.status, released.body.code]).toEqual([200, "RELEASED"]);
    expect(await stand.live()).toBe(0);
  });

  it("a row with a key asks its instance for the proof too, on refresh and ping; reading and releasing is the owner's right", async () => {
    const stand = await makeStand();
    const device = await makeDevice();
    const taken = await seat(stand, device, 1);
    for (const refused of [await stand.refresh(taken), await stand.ping(taken)])
      expect([refused.status, refused.body.code, refused.body.class]).toEqual([401, "DEVICE_PROOF_REQUIRED", "action"]);
    const path = `/v1/installations/${taken.body.installationId}`;
    const proven = await device.send("POST", `${path}/lease`, { nonce: freshNonce() }, stand.instance);
    expect(proven.status).toBe(200);
    const stranger = await makeDevice();
    const wrong = await stranger.send("POST", `${path}/lease`, { nonce: freshNonce() }, stand.instance);
    expect([wrong.status, wrong.body.code, wrong.body.why]).toEqual([401, "DEVICE_PROOF_INVALID", "key"]);
    expect((await stand.instance.send("GET", path)).status).toBe(200);
    expect((await stand.release(taken)).body.code).toBe("RELEASED");
  });

  it.each([
    ["another method", { method: "PUT" }, "request"],
    ["another address", { url: "http://localhost:8787/v1/licenses" }, "request"],
    ["another body", { requestHash: "A".repeat(43) }, "request"],
    ["another nonce", { nonce: "B".repeat(32) }, "nonce"],
    ["301 seconds ago", { ago: 301 }, "time"],
    ["301 seconds ahead", { ago: -301 }, "time"],
    ["a header with kid", { header: { kid: "me" } }, "malformed"],
    ["a document of another kind", { claims: { tok: "offline-request" } }, "malformed"],
    ["typ of another kind", { header: { typ: "dpop+jwt" } }, "malformed"],
  ])(
    "a proof about %s is refused before anything is read",
    async (_, { ago, ...over }: Record<string, unknown>, why) => {
      const stand = await makeStand();
      const device = await makeDevice();
      const body = stand.wish(1, { deviceKey: device.deviceKey, nonce: freshNonce() });
      const at = nowSeconds() - ((ago as number | undefined) ?? 0);
      const proof = await device.prove("POST", "/v1/installations", body, { at, ...over });
      const refused = await call("POST", "/v1/installations", { body, headers: { "device-proof": proof } });
      expect([refused.status, refused.body.code, refused.body.why]).toEqual([401, "DEVICE_PROOF_INVALID", why]);
      expect(await rows(stand)).toBe(0);
    },
  );

  it("a changed signature, a foreign key and no proof at all seat nobody", async () => {
    const stand = await makeStand();
    const [device, thief] = [await makeDevice(), await makeDevice()];
    const body = stand.wish(1, { deviceKey: device.deviceKey, nonce: freshNonce() });
    const none = await call("POST", "/v1/installations", { body });
    expect([none.status, none.body.code]).toEqual([401, "DEVICE_PROOF_REQUIRED"]);
    const foreign = await thief.send("POST", "/v1/installations", body);
    expect([foreign.status, foreign.body.why]).toEqual([401, "key"]);
    const proof = await device.prove("POST", "/v1/installations", body);
    const [head, payload, signature] = proof.split(".") as [string, string, string];
    const changed = `${head}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const forged = await call("POST", "/v1/installations", { body, headers: { "device-proof": changed } });
    expect([forged.status, forged.body.why]).toEqual([401, "signature"]);
    expect(await rows(stand)).toBe(0);
  });

  it("looks at two proofs and no more, where one installation is meant", async () => {
    const stand = await makeStand();
    const device = await makeDevice();
    const body = stand.wish(1, { deviceKey: device.deviceKey, nonce: freshNonce() });
    const proof = await device.prove("POST", "/v1/installations", body);
    const many = (count: number) => ({ "device-proof": Array(count).fill(proof).join(",") });
    const three = await call("POST", "/v1/installations", { body, headers: many(3) });
    expect([three.status, three.body.why]).toEqual([401, "malformed"]);
    expect((await call("POST", "/v1/installations", { body, headers: many(2) })).status).toBe(201);
  });

  it("a proof seats once and releases once: replayed, it moves nothing, also in parallel", async () => {
    const stand = await makeStand();
    const device = await makeDevice();
    const body = stand.wish(1, { deviceKey: device.deviceKey, nonce: freshNonce() });
    const headers = { "device-proof": await device.prove("POST", "/v1/installations", body) };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call("POST", "/v1/installations", { body, headers })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body: { why } }) => why === "used")).toHaveLength(7);
    const seated = answers.find(({ status }) => status === 201) as (typeof answers)[number];
    const path = `/v1/installations/${seated.body.activationId}`;
    const release = { "device-proof": await device.prove("DELETE", path) };
    expect((await call("DELETE", path, { headers: release })).body.code).toBe("RELEASED");
    expect((await seat(stand, device, 1)).status).toBe(201);
    const replayed = await call("DELETE", path, { headers: release });
    expect([replayed.status, replayed.body.code, replayed.body.why]).toEqual([401, "DEVICE_PROOF_INVALID", "used"]);
    const activated = await call("POST", "/v1/installations", { body, headers });
    expect([activated.status, activated.body.why]).toEqual([401, "used"]);
    expect(await stand.live()).toBe(1);
  });

  it("a foreign proof, an absent row and a row without a key are one answer: 404; without proof or credential it is 401", async () => {
    const stand = await makeStand();
    const [device, stranger] = [await makeDevice(), await makeDevice()];
    const taken = await seat(stand, device, 1);
    const keyless = await stand.activate(2);
    const absent = `/v1/installations/act_${"0".repeat(20)}`;
    const strip = ({
      status,
      body: { traceId: _, instance: __, serverTime: ___, ...rest },
    }: Awaited<ReturnType<typeof call>>) => ({
      status,
      ...rest,
    });
    const body = { nonce: freshNonce() };
    for (const [method, tail, sent] of [
      ["GET", "", undefined],
      ["DELETE", "", undefined],
      ["POST", "/lease", body],
      ["POST", "/heartbeat", body],
    ] as const) {
      const expected = strip(await stranger.send(method, `${absent}${tail}`, sent));
      expect(expected.status).toBe(404);
      for (const { body: theirs } of [taken, keyless]) {
        const path = `/v1/installations/${theirs.activationId}${tail}`;
        expect(strip(await stranger.send(method, path, sent))).toEqual(expected);
        expect((await call(method, path, sent === undefined ? {} : { body: sent })).status).toBe(401);
      }
    }
    // A uuid counts only inside an instance.
    expect((await device.send("GET", `/v1/installations/${taken.body.installationId}`)).status).toBe(404);
  });

  it("a row without a key adopts the first one it is shown, and then wants it", async () => {
    const stand = await makeStand();
    const [device, thief] = [await makeDevice(), await makeDevice()];
    const first = await stand.activate(1);
    const adopted = await seat(stand, device, 1);
    expect([adopted.status, adopted.body.activationId]).toEqual([200, first.body.activationId]);
    expect((await stand.refresh(first)).body.code).toBe("DEVICE_PROOF_REQUIRED");
    expect((await stand.activate(1)).body.code).toBe("DEVICE_PROOF_REQUIRED");
    expect((await seat(stand, thief, 1)).body.code).toBe("DEVICE_CLONED");
    expect(await rows(stand)).toBe(1);
  });
});

describe("copies", () => {
  it("the same hardware with another key while the holder lives is DEVICE_CLONED: no seat, one event, choices", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const [device, copy] = [await makeDevice(), await makeDevice()];
    const held = await seat(stand, device, 1);
    for (let ask = 0; ask < 3; ask++) {
      const refused = await seat(stand, copy, 1);
      expect([refused.status, refused.body.code, refused.body.class]).toEqual([409, "DEVICE_CLONED", "action"]);
      expect(refused.body.choices).toEqual(["move", "temporary", "separate"]);
    }
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "activation.cloned")).toHaveLength(1);
    expect(await stand.live()).toBe(1);
    const path = `/v1/installations/${held.body.activationId}/lease`;
    expect((await device.send("POST", path, { nonce: freshNonce() })).status).toBe(200);
    // Silent for an hour: a restored snapshot moves by itself, and the old key is a copy's from then on.
    passTime(3600);
    const moved = await seat(stand, copy, 1);
    expect([moved.status, moved.body.activationId]).toEqual([200, held.body.activationId]);
    const old = await device.send("POST", path, { nonce: freshNonce() });
    expect([old.status, old.body.code]).toEqual([409, "DEVICE_CLONED"]);
    expect(await stand.live()).toBe(1);
  });

  it("move hands the row over at once, three times in 30 days", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const copies = [await makeDevice(), await makeDevice(), await makeDevice(), await makeDevice(), await makeDevice()];
    const first = await seat(stand, copies[0] as TestDevice, 1);
    for (const copy of copies.slice(1, 4)) {
      const moved = await seat(stand, copy, 1, { resolve: "move" });
      expect([moved.status, moved.body.activationId]).toEqual([200, first.body.activationId]);
    }
    const fourth = await seat(stand, copies[4] as TestDevice, 1, { resolve: "move" });
    expect([fourth.status, fourth.body.code]).toEqual([409, "DEVICE_CLONED"]);
    expect(fourth.body.choices).toEqual(["temporary", "separate"]);
    passTime(30 * DAY);
    expect((await seat(stand, copies[4] as TestDevice, 1, { resolve: "move" })).status).toBeLessThan(300);
  });

  it("temporary lets a copy in for 14 days without a paid seat, once; separate takes a seat of its own", async () => {
    setClock(NOON);
    const stand = await makeStand("max_installs = 1, seat_cap = 1, dev_seats = 0");
    const [device, visitor, second] = [await makeDevice(), await makeDevice(), await makeDevice()];
    const held = await seat(stand, device, 1);
    const visit = await seat(stand, visitor, 1, { resolve: "temporary" });
    expect([visit.status, visit.body.seat.class]).toEqual([201, "dev"]);
    expect(visit.body.activationId).not.toBe(held.body.activationId);
    const again = await seat(stand, second, 1, { resolve: "temporary" });
    expect([again.status, again.body.code, again.body.choices]).toEqual([409, "DEVICE_CLONED", ["move", "separate"]]);
    expect((await seat(stand, second, 1, { resolve: "separate" })).body.code).toBe("SEAT_LIMIT");
    const path = `/v1/installations/${visit.body.activationId}/lease`;
    for (const day of [6, 12]) {
      setClock(NOON + day * DAY);
      const refreshed = await visitor.send("POST", path, { nonce: freshNonce() });
      expect(claimsOf(refreshed.body.lease).exp).toBe(Math.min(nowSeconds() + 7 * DAY, NOON + 14 * DAY));
    }
    setClock(NOON + 14 * DAY);
    expect(await stand.live()).toBe(0);
    expect((await visitor.send("POST", path, { nonce: freshNonce() })).body.code).toBe("SEAT_TAKEN");
    await stand.change("max_installs = 2, seat_cap = 2");
    expect((await seat(stand, device, 1)).status).toBe(201);
    expect((await seat(stand, second, 1, { resolve: "separate" })).status).toBe(201);
  });

  it("a lease that is neither the present nor the last one is a copy's; the holder goes on, /resolve move ends it", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const device = await makeDevice();
    const held = await seat(stand, device, 1);
    const path = `/v1/installations/${held.body.activationId}`;
    const refresh = (jti: string) => device.send("POST", `${path}/lease`, { jti, nonce: freshNonce() });
    const first = claimsOf(held.body.lease).jti;
    const second = claimsOf((await refresh(first)).body.lease).jti;
    passTime(599);
    // A reply got lost: the lease in force once more, nothing written.
    const lost = await refresh(first);
    expect([lost.status, claimsOf(lost.body.lease).jti]).toEqual([200, second]);
    passTime(1);
    const stale = await refresh(first);
    expect([stale.status, stale.body.code]).toEqual([409, "DEVICE_CLONED"]);
    const told = await device.send("POST", `${path}/heartbeat`, { jti: first, nonce: freshNonce() });
    expect(told.body).toMatchObject({ code: "DEVICE_CLONED", class: "action" });
    expect((await refresh(second)).status).toBe(200);
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "activation.cloned")).toHaveLength(1);
    const resolved = await device.send("POST", `${path}/resolve`, { choice: "move", nonce: freshNonce() });
    expect([resolved.status, resolved.body.code]).toEqual([200, "VALID"]);
    // The other copy's lease is no lost reply, though it is young.
    expect((await refresh(second)).body.code).toBe("DEVICE_CLONED");
    expect((await refresh(claimsOf(resolved.body.lease).jti)).status).toBe(200);
  });

  it("/resolve separate seats the copy under a key of its own, which it must prove", async () => {
    const stand = await makeStand();
    const [device, copy] = [await makeDevice(), await makeDevice()];
    const held = await seat(stand, device, 1);
    const path = `/v1/installations/${held.body.activationId}/resolve`;
    const bare = await device.send("POST", path, { choice: "separate", nonce: freshNonce() });
    expect([bare.status, bare.body.code]).toEqual([422, "DEVICE_ID_REQUIRED"]);
    const body = { choice: "separate", deviceKey: copy.deviceKey, nonce: freshNonce() };
    const unproven = await device.send("POST", path, body);
    expect([unproven.status, unproven.body.code]).toEqual([401, "DEVICE_PROOF_INVALID"]);
    const proofs = await Promise.all([device, copy].map((each) => each.prove("POST", path, body)));
    const own = await call("POST", path, { body, headers: { "device-proof": proofs.join(", ") } });
    expect([own.status, own.body.code]).toEqual([200, "VALID"]);
    expect(own.body.activationId).not.toBe(held.body.activationId);
    expect(claimsOf(own.body.lease).cnf).toEqual({ jkt: copy.jkt });
    expect(await stand.live()).toBe(2);
  });

  it("one key at two origins within the hour is a copy that can only move", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const device = await makeDevice();
    await seat(stand, device, 1, { origin: "https://one.example.com" });
    const other = await seat(stand, device, 1, { origin: "https://two.example.com" });
    expect([other.status, other.body.code, other.body.choices]).toEqual([409, "DEVICE_CLONED", ["move"]]);
    expect((await seat(stand, device, 1, { origin: "https://two.example.com", resolve: "move" })).status).toBe(200);
    passTime(3600);
    expect((await seat(stand, device, 1, { origin: "https://one.example.com" })).status).toBe(200);
  });
});
