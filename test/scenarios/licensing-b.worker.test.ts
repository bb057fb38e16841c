import { describe, expect, it } from "vitest";
import { alter, count } from "../api/license/shop.worker.ts";
import { makeStand, tally, times } from "./seats.worker.ts";

describe("B. Seats", () => {
  it("8. 3 seats; 50 devices activate in parallel → 3×201, 47×409 SEAT_LIMIT (action), 3 live rows", async () => {
    const stand = await makeStand();
    const answers = await Promise.all(times(50).map((device) => stand.activate(device)));
    expect(tally(answers)).toEqual({ "201 VALID": 3, "409 SEAT_LIMIT": 47 });
    expect(answers.filter(({ status }) => status === 409).every(({ body }) => body.class === "action")).toBe(true);
    expect(await stand.live()).toBe(3);
  });

  it("9. Every seat live; a live device refreshes and activates → 200 each time", async () => {
    const stand = await makeStand();
    const seats = [];
    for (const device of times(3)) seats.push(await stand.activate(device));
    for (const [index, seat] of seats.entries()) {
      expect((await stand.refresh(seat)).status).toBe(200);
      expect((await stand.activate(index + 1)).status).toBe(200);
    }
    expect(await stand.live()).toBe(3);
  });

  it("10. 4 seats, overage 1.5; 10 devices in parallel → 6×201, two of them OVERAGE, 4 refused", async () => {
    const stand = await makeStand("max_installs = 4, seat_cap = 6");
    const answers = await Promise.all(times(10).map((device) => stand.activate(device)));
    expect(tally(answers)).toEqual({ "201 VALID": 4, "201 OVERAGE": 2, "409 SEAT_LIMIT": 4 });
    expect(await stand.live()).toBe(6);
  });

  it("11. seat_scope user, 2 seats; two users bring 10 devices each in parallel → 2 per user", async () => {
    const stand = await makeStand("seat_scope = 'user', max_installs = 2, seat_cap = 2");
    const devices = times(20).map((device) => stand.activate(device, { userId: device % 2 === 0 ? "anna" : "ben" }));
    const answers = await Promise.all(devices);
    expect(tally(answers)).toEqual({ "201 VALID": 4, "409 SEAT_LIMIT": 16 });
    for (const user of ["anna", "ben"]) {
      const held = "SELECT COUNT(*) AS n FROM activations WHERE license_id = ? AND seat_key = ?";
      expect(await count(held, Number(stand.licenseId), user)).toBe(2);
    }
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ used: 2, cap: 2 });
    expect(refused?.body.candidates).toHaveLength(2);
  });

  it("the owner is shown whom to take over, the longest silent first; whoever knows the key alone is not", async () => {
    const stand = await makeStand();
    for (const device of times(3)) await stand.activate(device, { label: `Desk ${device}` });
    await alter(
      "UPDATE activations SET last_seen_at = last_seen_at - 7200 WHERE license_id = ? AND label = 'Desk 2'",
      Number(stand.licenseId),
    );
    const { body } = await stand.activate(4);
    expect(body.candidates.map(({ label }: { label: string }) => label)[0]).toBe("Desk 2");
    expect(body.candidates[0]).toMatchObject({ status: "inactive" });
    const { call } = await import("../api/account/calls.worker.ts");
    const stranger = await call("POST", "/v1/installations", { body: stand.wish(4) });
    expect([stranger.body.code, stranger.body.candidates]).toEqual(["SEAT_LIMIT", undefined]);
  });

  it("`replace` frees the named installation first, and only for instance and owner", async () => {
    const stand = await makeStand();
    const seats = [];
    for (const device of times(3)) seats.push(await stand.activate(device));
    const replace = seats[0]?.body.installationId;
    const { call } = await import("../api/account/calls.worker.ts");
    const stranger = await call("POST", "/v1/installations", { body: stand.wish(4, { replace }) });
    expect([stranger.status, stranger.body.code]).toEqual([403, "PERMISSION_DENIED"]);
    expect((await stand.activate(4, { replace })).status).toBe(201);
    expect((await stand.refresh(seats[0] as (typeof seats)[number])).body.code).toBe("ACTIVATION_REQUIRED");
    const elsewhere = await makeStand();
    const foreign = (await elsewhere.activate(9)).body.activationId;
    expect((await stand.activate(5, { replace: foreign })).status).toBe(404);
    expect([await stand.live(), await elsewhere.live()]).toEqual([3, 1]);
  });
});
