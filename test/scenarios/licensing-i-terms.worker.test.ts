import { describe, expect, it } from "vitest";
import {
  cancelAtTermEnd,
  convertTrial,
  failPayment,
  reactivateAfterDispute,
  renewByPayment,
  revokeForRefund,
  suspendForDispute,
} from "../../src/market/license/terms-for-sales.ts";
import {
  alter,
  count,
  eventsOf,
  hardware,
  insert,
  makeInstance,
  makePlugin,
  openShop,
  sellLicense,
  webhooksOf,
} from "../api/license/shop.worker.ts";
import { NOON, passTime, setClock } from "../clock.ts";
import { makeStand } from "./seats.worker.ts";
import { said, sweep, world } from "./terms.worker.ts";

const DAY = 86_400;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const validate = (stand: Awaited<ReturnType<typeof makeStand>>, over: object = {}) =>
  stand.instance.post("/v1/licenses/validate", { licenseKey: stand.licenseKey, pluginId: stand.plugin.id, ...over });
const claimsOf = (lease: string) =>
  JSON.parse(atob((lease.split(".")[1] as string).replaceAll("-", "+").replaceAll("_", "/")));
const row = (licenseId: string, column: string) =>
  count(`SELECT ${column} AS n FROM licenses WHERE id = ?`, Number(licenseId));

describe("I. Trial, term, plan", () => {
  it("46. A trial converts to paid → same id, key and activations; the next lease has the paid tier", async () => {
    setClock(NOON);
    const instance = await makeInstance();
    const plugin = await makePlugin();
    const trial = await instance.post(`/v1/plugins/${plugin.id}/trial`, { userId: "1" });
    const { id, licenseKey } = trial.body;
    const wish = { licenseKey, pluginId: plugin.id, hardwareId: hardware(1), version: "1.0.0" };
    const seat = await instance.post("/v1/installations", wish);
    expect([trial.status, seat.body.code]).toEqual([201, "TRIAL_ACTIVE"]);

    const sale = { orderId: "o-46", type: "basic", days: 30 } as const;
    const converted = await convertTrial(world, id, sale);
    expect(converted).toMatchObject({
      ok: true,
      value: { isChanged: true, facts: { license: { id, type: "basic" } } },
    });
    expect(await convertTrial(world, id, sale)).toMatchObject({ ok: true, value: { isChanged: false } });
    const refreshed = await instance.post(`/v1/installations/${seat.body.installationId}/lease`, {});
    expect([refreshed.status, refreshed.body.code, refreshed.body.activationId]).toEqual([
      200,
      "VALID",
      seat.body.activationId,
    ]);
    expect(claimsOf(refreshed.body.lease)).toMatchObject({ lic: id, tier: "basic", st: "active" });
    const shown = await instance.send("GET", "/v1/users/1/licenses");
    expect(shown.body).toMatchObject([
      { id, licenseKey, type: "basic", expiresAt: iso(NOON + 30 * DAY), maxInstalls: 3 },
    ]);
    expect(await eventsOf(id)).toEqual([
      "license.created",
      "trial.started",
      "activation.granted",
      "seat.limit_reached",
      "trial.converted",
    ]);
  });

  it("47. Payment fails on basic; day 3, then past day 7 → PAST_DUE_GRACE with daysLeft 4; EXPIRED", async () => {
    setClock(NOON);
    const stand = await makeStand(undefined, { sold: { terms: { days: 30, autoRenew: true } } });
    passTime(30 * DAY);
    const failed = () => failPayment(world, stand.licenseId, "o-47");
    expect(await failed()).toMatchObject({ ok: true, value: { isChanged: true } });
    passTime(3 * DAY);
    const grace = await validate(stand);
    expect(grace.body).toMatchObject({
      code: "PAST_DUE_GRACE",
      class: "ok",
      daysLeft: 4,
      graceUntil: iso(NOON + 37 * DAY),
    });
    // A failure that is told again opens no second grace, not even after the first.
    expect(await failed()).toMatchObject({ ok: true, value: { isChanged: false } });
    const seat = await stand.activate(1);
    expect([seat.body.code, seat.body.validUntil]).toEqual(["PAST_DUE_GRACE", iso(NOON + 37 * DAY)]);
    passTime(4 * DAY);
    expect((await validate(stand)).body).toMatchObject({ code: "EXPIRED", endedAt: iso(NOON + 37 * DAY) });
    expect(await failed()).toMatchObject({ ok: true, value: { isChanged: false } });
    expect((await validate(stand)).body.code).toBe("EXPIRED");
    const paid = await renewByPayment(world, stand.licenseId, { orderId: "o-47", days: 30 });
    expect(paid).toMatchObject({ ok: true, value: { isChanged: true } });
    expect((await validate(stand)).body).toMatchObject({ code: "VALID", endsAt: iso(NOON + 67 * DAY) });
  });

  it("a failed payment counts from the end of a term that still runs, and only where it is collected again", async () => {
    setClock(NOON);
    const stand = await makeStand(undefined, { sold: { terms: { days: 30, autoRenew: true } } });
    await failPayment(world, stand.licenseId, "o");
    expect((await validate(stand)).body).toMatchObject({ code: "PAST_DUE_GRACE", daysLeft: 37 });
    const once = await makeStand(undefined, { sold: { terms: { days: 30 } } });
    expect(await failPayment(world, once.licenseId, "o")).toMatchObject({
      ok: false,
      problem: { reason: "TRANSITION_INVALID", facts: { from: "active" } },
    });
  });

  it("48. renew(30) ten days before and after expiry under later, expiry, now → six ends exact to the second", async () => {
    const { sell } = await openShop();
    const ends: Record<string, string> = {};
    for (const renewalBasis of ["later", "expiry", "now"]) {
      for (const days of [20, 40]) {
        setClock(NOON);
        const stand = await makeStand(undefined, { sold: { terms: { days: 30, renewalBasis } } });
        passTime(days * DAY + 7);
        const renewed = await sell("POST", `/v1/licenses/${stand.licenseId}/renew`, { days: 30 });
        ends[`${renewalBasis} ${days}`] = renewed.body.expiresAt;
      }
    }
    expect(ends).toEqual({
      "later 20": iso(NOON + 60 * DAY),
      "later 40": iso(NOON + 70 * DAY + 7),
      "expiry 20": iso(NOON + 60 * DAY),
      "expiry 40": iso(NOON + 60 * DAY),
      "now 20": iso(NOON + 50 * DAY + 7),
      "now 40": iso(NOON + 70 * DAY + 7),
    });
  });

  it("49. Cancelled at term end → VALID one second before E, EXPIRED at E, fallback as sold", async () => {
    setClock(NOON);
    const plain = await makeStand(undefined, { sold: { terms: { days: 30, autoRenew: true } } });
    const kept = await makeStand(undefined, { sold: { terms: { days: 30, fallback: true } } });
    const cancelled = await plain.instance.post(`/v1/licenses/${plain.licenseId}/cancel`);
    expect([cancelled.status, cancelled.body.status]).toEqual([200, "active"]);
    expect(await cancelAtTermEnd(world, plain.licenseId)).toMatchObject({ ok: true, value: { isChanged: false } });
    await cancelAtTermEnd(world, kept.licenseId);
    expect(await failPayment(world, plain.licenseId, "late")).toMatchObject({ ok: false });
    passTime(30 * DAY - 1);
    expect((await validate(plain)).body.code).toBe("VALID");
    passTime(1);
    expect((await validate(plain)).body.code).toBe("EXPIRED");
    expect((await validate(plain, { version: "1.0.0" })).body.code).toBe("EXPIRED");
    expect((await validate(kept, { version: "1.0.0" })).body.code).toBe("FALLBACK");
    expect((await kept.activate(1)).body.code).toBe("FALLBACK");
  });

  it("50. SEAT_LIMIT on 3 seats; upgrade to 10; the refused device repeats → 201", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const stand = await makeStand();
    for (const device of [1, 2, 3]) expect((await stand.activate(device)).status).toBe(201);
    expect(said(await stand.activate(4))).toBe("409 SEAT_LIMIT");
    const upgraded = await sell("POST", `/v1/licenses/${stand.licenseId}/upgrade`, { type: "premium" });
    expect([upgraded.status, upgraded.body.maxInstalls]).toEqual([200, 10]);
    expect(said(await stand.activate(4))).toBe("201 VALID");
  });

  it("51. Plan change to a uniqueness its rows violate → 409 PLAN_CHANGE_REFUSED, rev unchanged", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const plugin = await makePlugin();
    const [one, other] = [await makeStand(undefined, { plugin }), await makeStand(undefined, { plugin })];
    await one.activate(1);
    await other.activate(1);
    const before = await row(one.licenseId, "rev");
    const change = () =>
      sell("POST", `/v1/licenses/${one.licenseId}/upgrade`, { type: "premium", terms: { uniqueness: "plugin" } });
    const refused = await change();
    expect([refused.status, refused.body.code, refused.body.why]).toEqual([409, "PLAN_CHANGE_REFUSED", "uniqueness"]);
    expect(await row(one.licenseId, "rev")).toBe(before);
    passTime(7 * DAY + 1);
    expect((await change()).status).toBe(200);
  });

  it("a plan that is counted together, or no longer floats, is refused while more devices live than it has seats", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const shared = await makeStand("seat_scope = 'user', max_installs = 1, seat_cap = 1");
    await shared.activate(1);
    await shared.activate(2, { userId: "other" });
    const change = (id: string, terms: object) => sell("POST", `/v1/licenses/${id}/downgrade`, { type: "free", terms });
    const upgrade = await sell("POST", `/v1/licenses/${shared.licenseId}/upgrade`, {
      type: "premium",
      terms: { seatScope: "license" },
    });
    expect(upgrade.status).toBe(200);
    const floating = await makeStand("seat_mode = 'floating', max_installs = -1, seat_cap = -1, type = 'enterprise'");
    for (const device of [1, 2, 3, 4]) await floating.activate(device);
    const down = await change(floating.licenseId, { seatMode: "node" });
    expect([down.status, down.body.code]).toEqual([200, undefined]);
    const tight = await makeStand("seat_mode = 'floating', max_installs = -1, seat_cap = -1, type = 'premium'");
    for (const device of [1, 2, 3, 4]) await tight.activate(device);
    const refused = await sell("POST", `/v1/licenses/${tight.licenseId}/downgrade`, {
      type: "basic",
      terms: { seatMode: "node" },
    });
    expect([refused.status, refused.body.why]).toEqual([409, "seatMode"]);
  });

  it("52. Refund → revoked with reason refund, open download grants refused", async () => {
    setClock(NOON);
    const stand = await makeStand();
    await insert("download_tokens", {
      hash: crypto.randomUUID(),
      release_id: await count("SELECT MAX(id) AS n FROM releases"),
      license_id: Number(stand.licenseId),
      instance_id: Number(stand.instance.id),
      expires_at: NOON + 600,
    });
    const open = () =>
      count(
        "SELECT COUNT(*) AS n FROM download_tokens WHERE license_id = ? AND used_at IS NULL",
        Number(stand.licenseId),
      );
    expect(await open()).toBe(1);
    expect(await revokeForRefund(world, stand.licenseId, "refund")).toMatchObject({
      ok: true,
      value: { isChanged: true },
    });
    expect(await open()).toBe(0);
    expect((await validate(stand)).body).toMatchObject({ code: "REVOKED", reason: "refund" });
    expect(await revokeForRefund(world, stand.licenseId, "fraud")).toMatchObject({ value: { isChanged: false } });
    expect((await validate(stand)).body.reason).toBe("refund");
    const verified = await stand.instance.post("/v1/licenses/verify", {
      licenseKey: stand.licenseKey,
      pluginId: stand.plugin.id,
      hardwareId: hardware(1),
    });
    expect(verified.body).toMatchObject({ valid: false, error: "License is not active", code: "REVOKED" });
  });

  it("a dispute suspends, a won one lets go on only what it stopped itself", async () => {
    const { sell } = await openShop();
    const stand = await makeStand();
    await suspendForDispute(world, stand.licenseId);
    expect((await validate(stand)).body).toMatchObject({ code: "SUSPENDED", reason: "dispute" });
    await reactivateAfterDispute(world, stand.licenseId);
    expect((await validate(stand)).body.code).toBe("VALID");
    await sell("POST", `/v1/licenses/${stand.licenseId}/suspend`, { reason: "terms" });
    await suspendForDispute(world, stand.licenseId);
    expect(await reactivateAfterDispute(world, stand.licenseId)).toMatchObject({ value: { isChanged: false } });
    expect((await validate(stand)).body).toMatchObject({ code: "SUSPENDED", reason: "terms" });
  });

  it("a term that begins with the first seat has no end before, and the first lease keeps to it", async () => {
    setClock(NOON);
    const stand = await makeStand(undefined, { sold: { terms: { days: 3, expiryBasis: "first_activation" } } });
    passTime(30 * DAY);
    expect((await validate(stand)).body.endsAt).toBeUndefined();
    const seats = await Promise.all([stand.activate(1), stand.activate(2)]);
    expect(seats.map(({ status, body }) => [status, body.validUntil])).toEqual(
      Array(2).fill([201, iso(NOON + 33 * DAY)]),
    );
    passTime(DAY);
    expect((await stand.activate(3)).body.validUntil).toBe(iso(NOON + 33 * DAY));
    expect((await validate(stand)).body).toMatchObject({ code: "VALID", endsAt: iso(NOON + 33 * DAY) });
    passTime(2 * DAY);
    expect((await validate(stand)).body.code).toBe("EXPIRED");
  });

  it("53. startsAt tomorrow; activate today → 403 NOT_YET_VALID with startsAt, no row", async () => {
    setClock(NOON);
    const stand = await makeStand(undefined, { sold: { startsAt: iso(NOON + DAY) } });
    const refused = await stand.activate(1);
    expect([refused.status, refused.body.code, refused.body.startsAt]).toEqual([403, "NOT_YET_VALID", iso(NOON + DAY)]);
    expect(await count("SELECT COUNT(*) AS n FROM activations WHERE license_id = ?", Number(stand.licenseId))).toBe(0);
    passTime(DAY);
    expect((await stand.activate(1)).status).toBe(201);
  });

  it("a downgrade waits for the end of the term, cuts no running lease and keeps the marked row, then the oldest", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const stand = await makeStand("type = 'premium', max_installs = 5, seat_cap = 5", {
      sold: { terms: { days: 30 } },
    });
    const asked = await sell("POST", `/v1/licenses/${stand.licenseId}/downgrade`, { type: "basic" });
    expect([asked.status, asked.body.tier, asked.body.maxInstalls]).toEqual([200, "premium", 5]);
    await sell("POST", `/v1/licenses/${stand.licenseId}/renew`, { days: 30 });
    passTime(28 * DAY);
    const seats = [];
    for (const device of [1, 2, 3, 4]) {
      seats.push(await stand.activate(device));
      passTime(60);
    }
    await alter("UPDATE activations SET keep = 1 WHERE id = ?", seats[3]?.body.activationId);
    passTime(2 * DAY);
    // No sweep ran: whoever reads first writes what is due.
    const answers = [];
    for (const seat of seats) answers.push(said(await stand.refresh(seat)));
    expect(answers).toEqual(["200 VALID", "200 VALID", "409 SEAT_LIMIT", "200 VALID"]);
    expect((await validate(stand)).body.license.type).toBe("basic");
    expect(await stand.live()).toBe(4);
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "license.downgraded")).toHaveLength(1);
    const forced = await sell("POST", `/v1/licenses/${stand.licenseId}/downgrade`, { type: "free", force: true });
    expect(forced.status).toBe(403);
  });

  it("a trial is prolonged once, by 30 days at most, by the publisher", async () => {
    setClock(NOON);
    const { sell } = await openShop();
    const instance = await makeInstance();
    const plugin = await makePlugin();
    const { id } = (await instance.post(`/v1/plugins/${plugin.id}/trial`, { userId: "1" })).body;
    const extend = (days: number) => sell("POST", `/v1/licenses/${id}/extend-trial`, { days });
    expect((await extend(31)).status).toBe(422);
    expect((await extend(10)).body.expiresAt).toBe(iso(NOON + 24 * DAY));
    const again = await extend(1);
    expect([again.status, again.body.code]).toEqual([409, "TRANSITION_INVALID"]);
    expect(again.body.allowed).not.toContain("extend");
    const own = await instance.send("POST", `/v1/licenses/${id}/extend-trial`, { days: 1 });
    expect([401, 403]).toContain(own.status);
  });

  it("a suspended term runs on unless it is given back", async () => {
    const { sell } = await openShop();
    for (const [body, end] of [
      [{}, NOON + 30 * DAY],
      [{ extend: true }, NOON + 35 * DAY],
    ] as const) {
      setClock(NOON);
      const stand = await makeStand(undefined, { sold: { terms: { days: 30 } } });
      await sell("POST", `/v1/licenses/${stand.licenseId}/suspend`, { reason: "asked" });
      passTime(5 * DAY);
      const back = await sell("POST", `/v1/licenses/${stand.licenseId}/reactivate`, body);
      expect([back.status, back.body.expiresAt]).toEqual([200, iso(end)]);
    }
  });

  it("of many asking at once for a license of the same user and plugin, one gets it", async () => {
    const { sell } = await openShop();
    const [instance, plugin] = [await makeInstance(), await makePlugin()];
    const body = { instanceId: instance.id, pluginId: plugin.id, userId: "1", type: "basic" };
    const answers = await Promise.all(Array.from({ length: 12 }, () => sell("POST", "/v1/licenses", body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(11).fill(409)]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("ALREADY_LICENSED");
  });

  it("what only time brings about is told once: an end that comes near, the end, a lapsed lease", async () => {
    setClock(NOON);
    const stand = await makeStand(undefined, { sold: { terms: { days: 30 } } });
    await stand.activate(1);
    await sweep();
    passTime(8 * DAY);
    await sweep();
    await sweep();
    expect(await eventsOf(stand.licenseId)).toEqual(["license.created", "activation.granted", "activation.lapsed"]);
    passTime(16 * DAY);
    await sweep();
    await sweep();
    passTime(6 * DAY);
    await Promise.all([sweep(), sweep()]);
    await sweep();
    const events = await eventsOf(stand.licenseId);
    expect(events.slice(3)).toEqual(["license.expiring", "license.expired"]);
    // The host hears of each under its number: the sequence has no gaps.
    expect(await webhooksOf(stand.licenseId)).toEqual([
      "1 license.created",
      "2 license.updated",
      "3 license.updated",
      "4 license.updated",
      "5 license.updated",
    ]);
    const { sell } = await openShop();
    await sell("POST", `/v1/licenses/${stand.licenseId}/renew`, { days: 3 });
    await sweep();
    expect((await eventsOf(stand.licenseId)).slice(5)).toEqual(["license.renewed", "license.expiring"]);
  });

  it("sells a user the plugin again only once the first license is over", async () => {
    setClock(NOON);
    const [instance, plugin] = [await makeInstance(), await makePlugin()];
    const first = await sellLicense(instance, plugin, { userId: "1", terms: { days: 1 } });
    await expect(sellLicense(instance, plugin, { userId: "1" })).rejects.toThrow("ALREADY_LICENSED");
    passTime(DAY);
    const second = await sellLicense(instance, plugin, { userId: "1" });
    expect(second.id).not.toBe(first.id);
  });
});
