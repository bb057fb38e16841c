import { describe, expect, it } from "vitest";
import { freshNonce, makeDevice } from "../api/license/device.worker.ts";
import { count, eventsOf, hardware } from "../api/license/shop.worker.ts";
import { NOON, passTime, setClock } from "../clock.ts";
import { bindingTo, makeStand } from "./seats.worker.ts";

const rows = (licenseId: string) =>
  count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(licenseId));

describe("A. Activation", () => {
  it("1. Active license, free seat; a new device activates → 201 VALID, one live row, lease verifies incl. nonce and rqh", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const nonce = freshNonce();
    const answer = await stand.activate(1, { nonce });
    expect([answer.status, answer.body.code, answer.body.class]).toEqual([201, "VALID", "ok"]);
    expect([await stand.live(), await rows(stand.licenseId)]).toEqual([1, 1]);
    const binding = await bindingTo({ ...stand.wish(1), nonce });
    const lease = await stand.verify(answer.body.lease, { binding, hardwareId: hardware(1) });
    expect(lease).toMatchObject({
      ok: true,
      value: { activationId: answer.body.activationId, issuedAt: NOON, expiresAt: NOON + 604_800 },
    });
    const other = await bindingTo({ ...stand.wish(1), nonce: freshNonce() });
    expect(await stand.verify(answer.body.lease, { binding: other })).toEqual({ ok: false, problem: "REPLAYED" });
  });

  it("2. That device is live; it activates again → 200, same activationId, same seat count, new jti", async () => {
    const stand = await makeStand();
    const [first, second] = [await stand.activate(1), await stand.activate(1)];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.activationId).toBe(first.body.activationId);
    expect([await stand.live(), await rows(stand.licenseId)]).toEqual([1, 1]);
    const leases = await Promise.all([first, second].map(({ body }) => stand.verify(body.lease)));
    const ids = leases.map((lease) => (lease.ok ? lease.value.leaseId : null));
    expect(new Set(ids).size).toBe(2);
    expect(await eventsOf(stand.licenseId)).toEqual(["license.created", "activation.granted"]);
  });

  it("4. Seat recorded, lease lost; the device activates again with its device key → 200, old activation, no second seat", async () => {
    const stand = await makeStand();
    const device = await makeDevice();
    const activate = () =>
      device.send("POST", "/v1/installations", stand.wish(1, { deviceKey: device.deviceKey, nonce: freshNonce() }));
    const first = await activate();
    passTime(60);
    const again = await activate();
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.activationId).toBe(first.body.activationId);
    expect([await stand.live(), await rows(stand.licenseId)]).toEqual([1, 1]);
    const lease = await stand.verify(again.body.lease, { deviceKey: device.jkt });
    expect(lease).toMatchObject({ ok: true, value: { deviceKey: device.jkt } });
  });

  it("5. The hardware is live on another license of the plugin; activate → 201 under uniqueness license, 409 DEVICE_IN_USE under plugin", async () => {
    const first = await makeStand();
    expect((await first.activate(55)).status).toBe(201);
    const second = await makeStand();
    expect((await second.activate(55)).status).toBe(201);
    const third = await makeStand("uniqueness = 'plugin'");
    const refused = await third.activate(55);
    expect([refused.status, refused.body.code, refused.body.class]).toEqual([409, "DEVICE_IN_USE", "action"]);
    expect(await third.live()).toBe(0);
  });

  it("6. Installation released; DELETE again → 200 ALREADY_RELEASED", async () => {
    const stand = await makeStand();
    const seat = await stand.activate(1);
    const [first, again] = [await stand.release(seat), await stand.release(seat)];
    expect([first.status, first.body.code]).toEqual([200, "RELEASED"]);
    expect([again.status, again.body.code]).toEqual([200, "ALREADY_RELEASED"]);
    expect(again.body.uninstalledAt).toBe(first.body.uninstalledAt);
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "activation.released")).toHaveLength(1);
  });

  it("7. Full license; DELETE one, then activate another device at once → 201", async () => {
    const stand = await makeStand();
    const seats = [];
    for (const device of [1, 2, 3]) seats.push(await stand.activate(device));
    expect((await stand.activate(4)).body.code).toBe("SEAT_LIMIT");
    await stand.release(seats[1] as (typeof seats)[number]);
    expect((await stand.activate(4)).status).toBe(201);
    expect(await stand.live()).toBe(3);
  });
});
