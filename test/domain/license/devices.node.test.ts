import { describe, expect, it } from "vitest";
import { bind, refuseTransfer, transfer, unbind } from "../../../src/domain/license/binding.ts";
import { judgeJti, judgeStanding } from "../../../src/domain/license/clone.ts";
import { matchComponents, parseComponents } from "../../../src/domain/license/drift.ts";
import { environmentOf } from "../../../src/domain/license/environment.ts";
import type { Activation } from "../../../src/domain/license/license.ts";
import { licenseOf, NOON } from "./license.ts";

const DAY = 86_400;

const row = (over: Partial<Activation> = {}): Activation => ({
  id: "act_1",
  licenseId: "42",
  instanceId: "5",
  installationId: "3b0d6f0e-0000-4000-8000-000000000001",
  deviceId: "hw:a",
  deviceJkt: "key-a",
  formerJkt: null,
  hardwareId: "a",
  environment: "production",
  origin: "https://one.example.com",
  label: null,
  seatKey: "",
  temporaryUntil: null,
  seatClass: "paid",
  isOver: false,
  version: "1.0.0",
  generation: 1,
  grantedAt: NOON - DAY,
  leaseIat: NOON - 300,
  leaseUntil: NOON + DAY,
  leaseEpoch: 1,
  jti: "lse_2",
  previousJti: "lse_1",
  lastSeenAt: NOON - 300,
  pausedAt: null,
  releasedAt: null,
  releaseReason: null,
  ...over,
});

describe("components", () => {
  const stored = ["a", "b", "c", "d"];
  it.each([
    ["strict", ["a", "b", "c", "d"], 4],
    ["strict", ["a", "b", "c", "d", "e"], 4],
    ["strict", ["a", "b", "c"], null],
    ["majority", ["a", "b", "c"], 3],
    ["majority", ["a", "b"], null],
    ["loose", ["d"], 1],
    ["loose", ["e"], null],
    ["loose", [], null],
  ] as const)("%s: of four stored, %j makes %s", (drift, shown, matching) => {
    expect(matchComponents(stored, shown, drift)).toBe(matching);
  });
  it("a majority of one part is none, and nothing stored matches nothing", () => {
    expect(matchComponents(["a"], ["a"], "majority")).toBeNull();
    expect(matchComponents(["a", "b"], ["a", "b"], "majority")).toBe(2);
    for (const drift of ["strict", "majority", "loose"] as const) expect(matchComponents([], [], drift)).toBeNull();
  });
  it("each part counts once, sixteen at most, bytes and not characters", () => {
    expect(parseComponents(["a", "a", "b"])).toEqual(["a", "b"]);
    expect(parseComponents(Array.from({ length: 16 }, (_, n) => `${n}`))).toHaveLength(16);
    expect(parseComponents(Array.from({ length: 17 }, (_, n) => `${n}`))).toBeNull();
    expect(parseComponents(["é".repeat(64)])).toHaveLength(1);
    expect(parseComponents([`${"é".repeat(64)}x`])).toBeNull();
  });
});

describe("who asks", () => {
  const asks = (activation: Activation, jkt: string | null, origin: string | null = null) =>
    judgeStanding(activation, { jkt, origin }, NOON);
  it.each([
    ["its own key", row(), "key-a", null, "holder"],
    ["no key where one is known", row(), null, null, "keyless"],
    ["a first key", row({ deviceJkt: null }), "key-b", null, "holder"],
    ["another key while it lives", row(), "key-b", null, "copy"],
    ["another key, silent for an hour", row({ lastSeenAt: NOON - 3600 }), "key-b", null, "successor"],
    ["another key, a second before the hour", row({ lastSeenAt: NOON - 3599 }), "key-b", null, "copy"],
    ["another key, lapsed", row({ leaseUntil: NOON }), "key-b", null, "stranger"],
    ["another key, released", row({ releasedAt: NOON - 1 }), "key-b", null, "stranger"],
    ["its own key, lapsed", row({ leaseUntil: NOON }), "key-a", null, "holder"],
    ["its key at another origin", row(), "key-a", "https://two.example.com", "copy"],
    ["its key at its origin", row(), "key-a", "https://one.example.com", "holder"],
    ["its key at another origin, silent", row({ lastSeenAt: 0 }), "key-a", "https://two.example.com", "holder"],
  ] as const)("%s", (_, activation, jkt, origin, standing) => {
    expect(asks(activation, jkt, origin)).toBe(standing);
  });

  it.each([
    ["the lease in force", "lse_2", row(), "current"],
    ["the one before, 599 s after", "lse_1", row({ leaseIat: NOON - 599 }), "lost_reply"],
    ["the one before, 600 s after", "lse_1", row({ leaseIat: NOON - 600 }), "copy"],
    ["an older one", "lse_0", row(), "copy"],
    ["an older one of a silent holder", "lse_0", row({ lastSeenAt: NOON - 3600 }), "successor"],
    ["the one before of a lapsed row", "lse_1", row({ leaseUntil: NOON }), "copy"],
  ] as const)("presents %s", (_, jti, activation, judged) => {
    expect(judgeJti(activation, jti, NOON)).toBe(judged);
  });
});

describe("binding", () => {
  it("binds once", () => {
    expect(bind(licenseOf(), "a")).toMatchObject({ ok: true, value: { hardwareId: "a", isLeaseVisible: true } });
    for (const hardware of ["a", "b"])
      expect(bind(licenseOf({ hardwareId: "a" }), hardware)).toMatchObject({ problem: { reason: "ALREADY_BOUND" } });
    expect(bind(licenseOf({ state: "revoked" }), "a")).toMatchObject({ problem: { reason: "TRANSITION_INVALID" } });
  });
  it("unbinds once in 30 days", () => {
    const bound = licenseOf({ hardwareId: "a" });
    expect(unbind(licenseOf(), NOON, NOON)).toEqual({ ok: true, value: "unchanged" });
    expect(unbind(bound, null, NOON)).toMatchObject({ ok: true });
    expect(unbind(bound, NOON - 30 * DAY, NOON)).toMatchObject({ ok: true });
    expect(unbind(bound, NOON - 30 * DAY + 1, NOON)).toMatchObject({
      problem: { reason: "RATE_LIMITED", facts: { retryAfter: 1 } },
    });
  });
  it("transfers what stands, to somebody else, once in 30 days", () => {
    expect(transfer(licenseOf(), "1", NOON, NOON)).toEqual({ ok: true, value: "unchanged" });
    expect(transfer(licenseOf(), "2", null, NOON)).toMatchObject({ value: { userId: "2", hardwareId: null } });
    expect(transfer(licenseOf(), "2", NOON - 1, NOON)).toMatchObject({ problem: { reason: "TRANSFER_REFUSED" } });
    for (const over of [
      { type: "trial" },
      { type: "enterprise" },
      { state: "suspended" },
      { state: "revoked" },
    ] as const)
      expect(refuseTransfer(licenseOf(over), null, NOON)).toMatchObject({ reason: "TRANSFER_REFUSED" });
  });
});

it("what a device declares comes before what its origin looks like", () => {
  expect(environmentOf("production", "http://localhost:3000")).toBe("production");
  expect(environmentOf(undefined, "localhost:3000")).toBe("development");
  expect(environmentOf(undefined, "not an address")).toBe("production");
  expect(environmentOf(undefined, undefined)).toBe("production");
});
