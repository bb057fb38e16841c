import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { renderLicenseWebhook } from "../../src/market/license/render-webhook.ts";
import { call } from "../api/account/calls.worker.ts";
import { claimsOf, freshNonce, makeDevice } from "../api/license/device.worker.ts";
import {
  alter,
  count,
  eventsOf,
  hardware,
  makeInstance,
  RENDERING,
  type TestInstance,
} from "../api/license/shop.worker.ts";
import { NOON, passTime, setClock } from "../clock.ts";
import { makeStand, type Stand, times } from "./seats.worker.ts";

const DAY = 86_400;

type Seat = Awaited<ReturnType<Stand["activate"]>>;
const pathOf = (seat: Seat) => `/v1/installations/${seat.body.installationId}`;
const evict = (stand: Stand, seat: Seat) => stand.instance.post(`${pathOf(seat)}/evict`, { reason: "Lost" });

describe("H. Revocation, of one seat", () => {
  it("45. The owner evicts one of three seats → only that device gets SEAT_EVICTED", async () => {
    const stand = await makeStand();
    const seats = [];
    for (const device of times(3)) seats.push(await stand.activate(device));
    const [first, second, third] = seats as [Seat, Seat, Seat];
    const evicted = await call("POST", `/v1/installations/${second.body.activationId}/evict`, {
      bearer: stand.instance.ownerToken,
    });
    expect([evicted.status, evicted.body.code, evicted.body.status]).toEqual([200, "RELEASED", "uninstalled"]);
    const refused = await stand.refresh(second);
    expect([refused.status, refused.body.code, refused.body.class]).toEqual([403, "SEAT_EVICTED", "conclusive"]);
    expect(claimsOf(refused.body.verdict)).toMatchObject({ code: "SEAT_EVICTED", tok: "verdict" });
    expect((await stand.ping(second)).body).toMatchObject({ code: "SEAT_EVICTED", license: { valid: false } });
    for (const seat of [first, third]) {
      expect((await stand.refresh(seat)).body.code).toBe("VALID");
      expect((await stand.ping(seat)).body.code).toBe("VALID");
    }
    expect(await stand.live()).toBe(2);
    // The list says so to clients that do not call.
    const listed =
      "SELECT COUNT(*) AS n FROM revocations WHERE kind = 'act' AND what = 'evicted' AND subject = ? AND keep_until > unixepoch()";
    expect(await count(listed, second.body.activationId)).toBe(1);
    expect((await evict(stand, second)).body.code).toBe("ALREADY_RELEASED");
    expect(await count(listed, second.body.activationId)).toBe(1);
    // A plain activation may take a free seat again.
    expect((await stand.activate(2)).status).toBe(201);
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "activation.evicted")).toHaveLength(1);
  });

  it("max(3, seats) evictions in 30 days, also in parallel; then 429 with Retry-After", async () => {
    setClock(NOON);
    const stand = await makeStand("max_installs = 5, seat_cap = 5");
    const seats = [];
    for (const device of times(5)) seats.push(await stand.activate(device));
    await Promise.all(seats.map((seat) => evict(stand, seat)));
    seats.length = 0;
    for (const device of times(3)) seats.push(await stand.activate(10 + device));
    const answers = await Promise.all(seats.map((seat) => evict(stand, seat)));
    expect(answers.map(({ status, body }) => `${status} ${body.code}`)).toEqual(Array(3).fill("429 RATE_LIMITED"));
    expect(answers[0]?.headers.get("retry-after")).toBe(String(30 * DAY));
    expect(await stand.live()).toBe(3);
    // Releasing is not evicting.
    expect((await stand.release(seats[0] as Seat)).body.code).toBe("RELEASED");
    passTime(30 * DAY);
    expect((await evict(stand, seats[1] as Seat)).body.code).toBe("RELEASED");
  });

  it("8 evictions at once never pass a budget of three", async () => {
    const stand = await makeStand("max_installs = 8, seat_cap = 8");
    const seats = [];
    for (const device of times(8)) seats.push(await stand.activate(device));
    await stand.change("seat_cap = 2");
    const answers = await Promise.all(seats.map((seat) => evict(stand, seat)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(5);
    expect(await stand.live()).toBe(5);
  });

  it("a device cannot evict, and for another instance there is nothing to evict", async () => {
    const stand = await makeStand();
    const seat = await stand.activate(1);
    const device = await makeDevice();
    const path = `/v1/installations/${seat.body.activationId}/evict`;
    expect((await device.send("POST", path, {})).status).toBe(401);
    expect((await (await makeInstance()).post(path, {})).status).toBe(404);
    expect(await stand.live()).toBe(1);
  });
});

describe("binding and transfer", () => {
  const license = (stand: Stand, tail: string, body?: unknown) =>
    stand.instance.post(`/v1/licenses/${stand.licenseId}/${tail}`, body);

  it("binds once, refuses other hardware, unbinds once in 30 days", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const bound = await license(stand, "bind", { hardwareId: hardware(1).toUpperCase() });
    expect([bound.status, bound.body.hardwareId]).toEqual([200, hardware(1)]);
    for (const device of [1, 2]) {
      const again = await license(stand, "bind", { hardwareId: hardware(device) });
      expect([again.status, again.body.code]).toEqual([409, "ALREADY_BOUND"]);
    }
    const other = await stand.activate(2);
    expect([other.status, other.body.code, other.body.class]).toEqual([403, "DEVICE_MISMATCH", "conclusive"]);
    expect((await stand.activate(1)).status).toBe(201);
    expect((await license(stand, "unbind")).body.hardwareId).toBeUndefined();
    expect((await stand.activate(2)).status).toBe(201);
    expect((await license(stand, "unbind")).status).toBe(200);
    await license(stand, "bind", { hardwareId: hardware(2) });
    const soon = await license(stand, "unbind");
    expect([soon.status, soon.body.code]).toEqual([429, "RATE_LIMITED"]);
    expect(soon.headers.get("retry-after")).toBe(String(30 * DAY));
    passTime(30 * DAY);
    expect((await license(stand, "unbind")).status).toBe(200);
    const bad = await license(stand, "bind", { hardwareId: "abc" });
    expect([bad.status, bad.body.code]).toEqual([422, "DEVICE_ID_INVALID"]);
  });

  it("two binds and two unbinds at once: one each", async () => {
    const stand = await makeStand();
    const binds = await Promise.all([1, 2].map((device) => license(stand, "bind", { hardwareId: hardware(device) })));
    expect(binds.map(({ status }) => status).sort()).toEqual([200, 409]);
    await Promise.all([license(stand, "unbind"), license(stand, "unbind")]);
    expect((await eventsOf(stand.licenseId)).filter((kind) => kind === "license.unbound")).toHaveLength(1);
  });

  it("transfers to another user once in 30 days: unbound, every seat free, the epoch risen", async () => {
    setClock(NOON);
    const stand = await makeStand();
    await license(stand, "bind", { hardwareId: hardware(1) });
    const seat = await stand.activate(1);
    const moved = await stand.instance.post(`/v1/licenses/${stand.licenseKey}/transfer`, { newUserId: "9001" });
    expect([moved.status, moved.body.userId, moved.body.hardwareId]).toEqual([200, "9001", undefined]);
    expect(await stand.live()).toBe(0);
    expect((await stand.refresh(seat)).body.code).toBe("ACTIVATION_REQUIRED");
    expect((await license(stand, "transfer", { newUserId: "9001" })).status).toBe(200);
    const soon = await license(stand, "transfer", { newUserId: "9002" });
    expect([soon.status, soon.body.code, soon.body.why]).toEqual([400, "TRANSFER_REFUSED", "too_soon"]);
    passTime(30 * DAY);
    expect((await license(stand, "transfer", { newUserId: "9002" })).body.userId).toBe("9002");
  });

  it.each(["trial", "enterprise"])("never transfers a license of type %s", async (type) => {
    const stand = await makeStand(`type = '${type}'`);
    const refused = await license(stand, "transfer", { newUserId: "9001" });
    expect([refused.status, refused.body.code]).toEqual([400, "TRANSFER_REFUSED"]);
  });

  it("another instance's license is as absent as any", async () => {
    const stand = await makeStand();
    const other = await makeInstance();
    for (const [tail, body] of [
      ["bind", { hardwareId: hardware(1) }],
      ["unbind", {}],
      ["transfer", { newUserId: "1" }],
    ] as const)
      expect((await other.post(`/v1/licenses/${stand.licenseId}/${tail}`, body)).status).toBe(404);
  });
});

describe("transfer to another instance", () => {
  const offer = (stand: Stand, to: TestInstance, userId = "77") =>
    stand.instance.post(`/v1/licenses/${stand.licenseId}/transfer/offer`, { instanceId: to.id, userId });
  const accept = (stand: Stand, to: TestInstance) => to.post(`/v1/licenses/${stand.licenseId}/transfer/accept`);

  it("takes both sides; the old key, seats and webhooks end with it", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const other = await makeInstance();
    const seat = await stand.activate(1);
    expect((await accept(stand, other)).status).toBe(404);
    const offered = await offer(stand, other);
    expect([offered.status, offered.body.instanceId]).toEqual([202, other.id]);
    // Offering moves nothing, and nobody else may take it.
    expect((await stand.refresh(seat)).status).toBe(200);
    expect((await accept(stand, await makeInstance())).status).toBe(404);
    expect((await accept(stand, stand.instance)).status).toBe(404);
    const taken = await call("POST", `/v1/licenses/${stand.licenseId}/transfer/accept`, { bearer: other.ownerToken });
    expect([taken.status, taken.body.userId, taken.body.currentInstalls]).toEqual([200, "77", 0]);
    expect(taken.body.licenseKey).not.toBe(stand.licenseKey);

    expect((await stand.instance.send("GET", `/v1/licenses/${stand.licenseId}`)).status).toBe(404);
    expect((await stand.refresh(seat)).status).toBe(404);
    expect((await stand.activate(1)).status).toBe(404);
    const verify = (to: TestInstance, licenseKey: string) =>
      to.post("/v1/licenses/verify", { licenseKey, pluginId: stand.plugin.id, hardwareId: hardware(1) });
    expect((await verify(stand.instance, stand.licenseKey)).body).toMatchObject({ valid: false, code: "NOT_FOUND" });
    expect((await verify(stand.instance, taken.body.licenseKey)).body.code).toBe("NOT_FOUND");
    expect((await verify(other, stand.licenseKey)).body.code).toBe("KEY_RETIRED");
    // The instance it left hears only that its key is over, and that one in the clear; the new one of its own.
    const owed = await env.DB.prepare(
      "SELECT instance_id, event, data FROM webhook_outbox WHERE subject_id = ? AND subject_kind = 'license' ORDER BY id",
    )
      .bind(Number(stand.licenseId))
      .all<{ instance_id: number; event: string; data: string }>();
    expect(owed.results.map((row) => [String(row.instance_id), row.event])).toEqual([
      [stand.instance.id, "license.revoked"],
      [other.id, "license.created"],
    ]);
    const render = (event: "license.revoked" | "license.created", row = 0) =>
      renderLicenseWebhook(RENDERING, stand.licenseId, event, JSON.parse(owed.results[row]?.data ?? ""));
    expect(await render("license.revoked")).toEqual({ licenseKey: stand.licenseKey });
    expect(await render("license.created", 1)).toMatchObject({ licenseKey: taken.body.licenseKey, userId: "77" });
    // The same machine under its new owner.
    const wish = { ...stand.wish(1), licenseKey: taken.body.licenseKey };
    const again = await other.post("/v1/installations", wish);
    expect(again.status).toBe(201);
    expect((await other.send("GET", `/v1/installations/${again.body.installationId}`)).body.userId).toBe("77");
    expect((await verify(other, taken.body.licenseKey)).body.valid).toBe(true);
    expect((await offer(stand, other)).status).toBe(404);
    const back = await other.post(`/v1/licenses/${stand.licenseId}/transfer/offer`, {
      instanceId: stand.instance.id,
      userId: "1",
    });
    expect([back.status, back.body.why]).toEqual([400, "too_soon"]);
  });

  it("is accepted once, in a week, and only where no license of the plugin stands already", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const other = await makeInstance();
    await offer(stand, other);
    passTime(7 * DAY);
    expect((await accept(stand, other)).status).toBe(404);
    await offer(stand, other);
    const answers = await Promise.all([accept(stand, other), accept(stand, other), accept(stand, other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    const second = await makeStand();
    await offer(second, other);
    const refused = await accept(second, other);
    expect([refused.status, refused.body.code]).toEqual([409, "ALREADY_LICENSED"]);
    expect((await offer(second, second.instance)).body.why).toBe("same_instance");
    // An offer to nobody is told from no other.
    const nobody = await second.instance.post(`/v1/licenses/${second.licenseId}/transfer/offer`, {
      instanceId: "999999",
      userId: "1",
    });
    expect(nobody.status).toBe(202);
    await offer(second, other);
    for (const type of ["trial", "enterprise"]) {
      await second.change(`type = '${type}'`);
      expect((await accept(second, other)).body.code).toBe("TRANSFER_REFUSED");
    }
  });
});

describe("pings", () => {
  it("bring commands, signed and numbered, until they are acknowledged", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const seat = await stand.activate(1);
    const tell = (type: string, args?: object) => stand.instance.post(`${pathOf(seat)}/commands`, { type, args });
    const told = await tell("message", { text: "Update tonight" });
    expect([told.status, told.body.n]).toEqual([201, 1]);
    await tell("refresh");
    const first = await stand.ping(seat);
    expect(first.body.lease.split(".")).toHaveLength(3);
    expect(first.body.commands.map(claimsOf)).toMatchObject([
      {
        tok: "command",
        aud: `rbsm:activation:${seat.body.activationId}`,
        n: 1,
        type: "message",
        args: { text: "Update tonight" },
        exp: NOON + 7 * DAY,
      },
      { n: 2, type: "refresh" },
    ]);
    const second = await stand.ping(seat, { acks: [1] });
    expect(second.body.commands.map((command: string) => claimsOf(command).n)).toEqual([2]);
    expect((await stand.ping(seat, { acks: [2] })).body.commands).toEqual([]);
    expect((await stand.ping(seat)).body.commands).toEqual([]);
    await tell("message", { text: "Too late" });
    passTime(7 * DAY - 1);
    await stand.ping(seat);
    passTime(1);
    expect((await stand.ping(seat)).body.commands).toEqual([]);
    expect((await (await makeInstance()).post(`${pathOf(seat)}/commands`, { type: "refresh" })).status).toBe(404);
  });

  it("bring a new lease when the license's epoch rose", async () => {
    const stand = await makeStand();
    const seat = await stand.activate(1);
    expect((await stand.ping(seat)).body.lease).toBeUndefined();
    await stand.change("epoch = epoch + 1");
    expect(claimsOf((await stand.ping(seat)).body.lease).ep).toBe(2);
    expect((await stand.ping(seat)).body.lease).toBeUndefined();
  });

  it("write at most every quarter of an hour", async () => {
    setClock(NOON);
    const stand = await makeStand();
    const seat = await stand.activate(1);
    const seen = () => count("SELECT last_seen_at AS n FROM activations WHERE id = ?", seat.body.activationId);
    passTime(300);
    await stand.ping(seat);
    expect(await seen()).toBe(NOON);
    passTime(600);
    await stand.ping(seat);
    await expect.poll(seen).toBe(NOON + 900);
  });

  it("come fifty at a time, each answered for itself", async () => {
    const stand = await makeStand();
    const device = await makeDevice();
    const [plain, gone] = [await stand.activate(1), await stand.activate(2)];
    const wish = stand.wish(3, { deviceKey: device.deviceKey, nonce: freshNonce() });
    const keyed = await device.send("POST", "/v1/installations", wish);
    await evict(stand, gone);
    const iids = [plain.body.installationId, gone.body.activationId, keyed.body.activationId, crypto.randomUUID()];
    const body = { items: iids.map((iid) => ({ iid })), nonce: freshNonce() };
    const codes = async (answer: ReturnType<typeof call>) =>
      (await answer).body.items.map(({ iid, code }: { iid: string; code: string }) => [iid, code]);
    expect(await codes(stand.instance.post("/v1/heartbeats", body))).toEqual([
      [iids[0], "VALID"],
      [iids[1], "SEAT_EVICTED"],
      [iids[2], "DEVICE_PROOF_REQUIRED"],
      [iids[3], "NOT_FOUND"],
    ]);
    expect((await codes(device.send("POST", "/v1/heartbeats", body, stand.instance)))[2]).toEqual([iids[2], "VALID"]);
    // Alone, a device reaches its own row only.
    expect(await codes(device.send("POST", "/v1/heartbeats", { items: [{ iid: iids[2] }] }))).toEqual([
      [iids[2], "VALID"],
    ]);
    const many = { items: Array.from({ length: 51 }, () => ({ iid: iids[0] })) };
    expect((await stand.instance.post("/v1/heartbeats", many)).status).toBe(422);
    expect((await stand.instance.post("/v1/heartbeats", { items: [] })).status).toBe(422);
  });
});

describe("the fast ping", () => {
  /** A device that sends its lease and the mark of the last reply. */
  async function makeFast() {
    setClock(NOON);
    const stand = await makeStand();
    const device = await makeDevice();
    const wish = stand.wish(1, { deviceKey: device.deviceKey, nonce: freshNonce() });
    const seat = await device.send("POST", "/v1/installations", wish);
    const path = `/v1/installations/${seat.body.activationId}/heartbeat`;
    const lease = seat.body.lease as string;
    const first = await device.send("POST", path, { lease, nonce: freshNonce() });
    const ping = (over: object = {}) =>
      device.send("POST", path, { lease, seen: first.body.verdict, nonce: freshNonce(), ...over });
    return { stand, device, seat, path, lease, seen: first.body.verdict as string, ping };
  }
  /** From memory: the row that such a ping never reads is gone, and it is answered all the same. */
  const hide = (id: string) =>
    alter("UPDATE activations SET released_at = 1, release_reason = 'hidden' WHERE id = ?", id);

  it("with its lease and a young mark is answered from memory, without a read", async () => {
    const { seat, ping, seen } = await makeFast();
    await hide(seat.body.activationId);
    passTime(600);
    const answered = await ping();
    expect([answered.status, answered.body.code, answered.body.class]).toEqual([200, "VALID", "ok"]);
    expect(claimsOf(answered.body.verdict)).toMatchObject({ seen: claimsOf(seen).seen, sub: seat.body.activationId });
    // The mark is a quarter of an hour old: the row is read again.
    passTime(300);
    expect((await ping()).body.code).toBe("ACTIVATION_REQUIRED");
  });

  it("hears of an eviction within half a minute", async () => {
    const { stand, seat, ping } = await makeFast();
    expect((await ping()).body.code).toBe("VALID");
    await evict(stand, seat);
    passTime(30);
    expect((await ping()).body.code).toBe("SEAT_EVICTED");
  });

  it("hears of a command within half a minute", async () => {
    const { stand, seat, ping } = await makeFast();
    await ping();
    await stand.instance.post(`${pathOf(seat)}/commands`, { type: "refresh" });
    passTime(30);
    expect((await ping()).body.commands).toHaveLength(1);
  });

  it("goes the long way with a foreign lease, a foreign mark, a changed byte or a lease that asks for a refresh", async () => {
    const { seat, lease, seen, ping, stand } = await makeFast();
    const other = await makeFast();
    await hide(seat.body.activationId);
    expect((await ping()).body.code).toBe("VALID");
    for (const over of [
      { lease: other.lease },
      { seen: other.seen },
      { seen: undefined },
      { seen: lease },
      { lease: `${lease.slice(0, -1)}${lease.endsWith("A") ? "Q" : "A"}` },
      { jti: "lse_other" },
      { acks: [1] },
    ])
      expect((await ping(over)).body.code).toBe("ACTIVATION_REQUIRED");
    expect(seen).toBeDefined();
    setClock(NOON + DAY);
    expect((await ping()).body.code).toBe("ACTIVATION_REQUIRED");
    expect(await stand.live()).toBe(0);
  });
});
