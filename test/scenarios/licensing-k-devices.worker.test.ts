import { describe, expect, it } from "vitest";
import { hardware, makeInstance } from "../api/license/shop.worker.ts";
import { NOON, setClock } from "../clock.ts";
import { makeStand } from "./seats.worker.ts";

describe("J. Clock, of two locations", () => {
  it("56. Two locations 120 s apart issue and verify → every lease accepted", async () => {
    const stand = await makeStand();
    for (const [issued, judged] of [
      [NOON + 120, NOON],
      [NOON, NOON + 120],
      [NOON, NOON],
    ] as const) {
      setClock(issued);
      const { body } = await stand.activate(1);
      expect(await stand.verify(body.lease, { now: judged, hardwareId: hardware(1) })).toMatchObject({ ok: true });
    }
    // One location refreshes what the other, whose clock is ahead, has issued.
    setClock(NOON + 120);
    const seat = await stand.activate(2);
    setClock(NOON);
    const refreshed = await stand.refresh(seat);
    expect([refreshed.status, refreshed.body.code]).toEqual([200, "VALID"]);
    expect(await stand.verify(refreshed.body.lease, { now: NOON + 120 })).toMatchObject({ ok: true });
  });
});

describe("K. Input and abuse, of devices", () => {
  it("63. One dev and one paid seat; three loopback devices → dev, paid, SEAT_LIMIT", async () => {
    const stand = await makeStand("max_installs = 1, seat_cap = 1, dev_seats = 1");
    const said = [];
    for (const device of [1, 2, 3]) {
      const { body } = await stand.activate(device, { origin: "http://127.0.0.1:3000" });
      said.push(body.seat?.class ?? body.code);
    }
    expect(said).toEqual(["dev", "paid", "SEAT_LIMIT"]);
  });

  it.each([
    "http://localhost:3000",
    "http://app.localhost",
    "https://crm.test",
    "https://nas.local",
    "http://10.1.2.3",
    "http://172.31.0.1",
    "http://192.168.0.7:8080",
    "http://169.254.3.4",
    "http://[::1]:3000",
    "http://[fd12::7]",
    "http://[fe80::1]",
    "192.168.0.7:8080",
  ])("%s is development", async (origin) => {
    const stand = await makeStand();
    expect((await stand.activate(1, { origin })).body.seat.class).toBe("dev");
  });

  it.each(["https://crm.example.com", "http://8.8.8.8", "https://localhost.example.com", "https://172.32.0.1"])(
    "%s is production, unless the device says otherwise",
    async (origin) => {
      const stand = await makeStand();
      expect((await stand.activate(1, { origin })).body.seat.class).toBe("paid");
      expect((await stand.activate(2, { origin, env: "staging" })).body.seat.class).toBe("dev");
      // Production asked for by a device with a dev seat takes a paid one.
      expect((await stand.activate(2, { origin, env: "production" })).body.seat.class).toBe("paid");
    },
  );

  it("64. Instance B reads, pings, releases A's installation → 404, equal to an absent id", async () => {
    const stand = await makeStand();
    const { body } = await stand.activate(1);
    const other = await makeInstance();
    const absent = { uuid: crypto.randomUUID(), act: `act_${"0".repeat(20)}` };
    const strip = (answer: Awaited<ReturnType<typeof other.send>>) => {
      const { traceId: _, instance: __, serverTime: ___, ...rest } = answer.body;
      return { status: answer.status, ...rest };
    };
    for (const [iid, none] of [
      [body.installationId, absent.uuid],
      [body.activationId, absent.act],
    ] as const)
      for (const [method, tail] of [
        ["GET", ""],
        ["POST", "/heartbeat"],
        ["POST", "/lease"],
        ["POST", "/evict"],
        ["DELETE", ""],
      ] as const) {
        const seen = strip(await other.send(method, `/v1/installations/${iid}${tail}`));
        expect(seen.status).toBe(404);
        expect(seen).toEqual(strip(await other.send(method, `/v1/installations/${none}${tail}`)));
      }
    expect(await stand.live()).toBe(1);
  });
});
