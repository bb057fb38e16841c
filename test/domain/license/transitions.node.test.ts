import { describe, expect, it } from "vitest";
import { type CodeClass, classOf } from "../../../src/domain/license/codes.ts";
import type { License } from "../../../src/domain/license/license.ts";
import { LICENSE_REASONS } from "../../../src/domain/license/reasons.ts";
import { deriveState } from "../../../src/domain/license/states.ts";
import { statusOf } from "../../../src/domain/license/status.ts";
import { NO_LIFE, seatCapOf, withFirstTerm } from "../../../src/domain/license/terms.ts";
import { termsOf } from "../../../src/domain/license/tiers.ts";
import * as transitions from "../../../src/domain/license/transitions.ts";
import { isLow, mergeItems, nextReset, periodOf } from "../../../src/domain/license/usage.ts";
import { warningsOf } from "../../../src/domain/license/warnings.ts";
import { licenseOf, NOON } from "./license.ts";

const DAY = 86_400;
const TERM = { expiresAt: NOON + 10 * DAY };
const plan = (tier: "free" | "basic" | "premium" | "enterprise") => ({
  tier,
  terms: termsOf(tier, undefined, 0),
  days: 30,
});
const EVENTS: Readonly<Record<string, (license: License) => transitions.Transition>> = {
  settle: (license) => transitions.settle(license, NOON),
  renew: (license) => transitions.renew(license, 30, NOON),
  convert: (license) => transitions.convert(license, plan("premium"), NOON),
  upgrade: (license) => transitions.upgrade(license, plan("enterprise"), NOON),
  downgrade: (license) => transitions.downgrade(license, plan("free"), false, NOON),
  cancel: (license) => transitions.cancel(license, NOON),
  extend: (license) => transitions.extendTrial(license, 5, NOON),
  suspend: (license) => transitions.suspend(license, "asked", NOON),
  reactivate: (license) => transitions.reactivate(license, false, NOON),
  revoke: (license) => transitions.revoke(license, "asked"),
};

describe("the state machine", () => {
  it.each([
    ["pending", { state: "pending", ...TERM }, "settle revoke"],
    ["scheduled", { startsAt: NOON + 1, ...TERM }, "suspend revoke"],
    ["active", TERM, "renew upgrade downgrade cancel suspend revoke"],
    ["past_due", { ...TERM, graceUntil: NOON + 20 * DAY }, "renew upgrade downgrade cancel suspend revoke"],
    ["trialing", { type: "trial", ...TERM }, "convert upgrade extend suspend revoke"],
    ["expired", { expiresAt: NOON }, "renew suspend revoke"],
    ["suspended", { state: "suspended", ...TERM }, "reactivate revoke"],
    ["revoked", { state: "revoked", ...TERM }, ""],
  ] as const)("lets %s go where its list says and nowhere else", (state, over, list) => {
    const license = licenseOf({ ...over });
    const allowed = list === "" ? [] : list.split(" ");
    expect(deriveState(license, NOON)).toBe(state);
    for (const [event, act] of Object.entries(EVENTS)) {
      const outcome = act(license);
      const isTold = !outcome.ok && outcome.problem.reason === "TRANSITION_INVALID";
      // Told again what already is, nothing happens.
      const isRepeated = outcome.ok && outcome.value === "unchanged";
      if (allowed.includes(event)) expect([event, outcome.ok], JSON.stringify(outcome)).toEqual([event, true]);
      else expect([event, isTold || isRepeated], JSON.stringify(outcome)).toEqual([event, true]);
      if (isTold) expect(outcome.problem.facts).toEqual({ from: state, allowed });
    }
  });

  it("neither renews nor cancels what never ends", () => {
    for (const event of ["renew", "cancel"] as const)
      expect(EVENTS[event]?.(licenseOf())).toMatchObject({
        problem: { facts: { from: "open_ended", allowed: ["upgrade", "downgrade", "suspend", "revoke"] } },
      });
  });

  it("converts a trial that is over, keeps raised limits and takes the sold term", () => {
    const over = licenseOf({ type: "trial", expiresAt: NOON - 1 });
    expect(transitions.convert(over, plan("basic"), NOON)).toMatchObject({
      ok: true,
      value: { type: "basic", isRaise: true, expiresAt: NOON + 30 * DAY, graceUntil: null },
    });
    expect(transitions.renew(over, 30, NOON)).toMatchObject({
      problem: { facts: { allowed: ["convert", "suspend", "revoke"] } },
    });
    expect(transitions.convert(over, plan("free"), NOON)).toMatchObject({ problem: { reason: "PLAN_CHANGE_REFUSED" } });
  });

  it("waits with a downgrade for the end that was paid for, unless an operator forces it", () => {
    const license = licenseOf({ type: "premium", ...TERM });
    const later = transitions.downgrade(license, plan("basic"), false, NOON);
    expect(later).toMatchObject({
      value: { pendingChange: { type: "basic", at: TERM.expiresAt }, isLeaseVisible: false },
    });
    expect(transitions.downgrade(license, plan("basic"), true, NOON)).toMatchObject({
      value: { type: "basic", shrinkAt: NOON },
    });
    expect(transitions.downgrade(license, plan("enterprise"), false, NOON)).toMatchObject({
      problem: { facts: { why: "only downward" } },
    });
    if (!later.ok || later.value === "unchanged") throw new Error("not put off");
    const waiting = { ...license, life: { ...NO_LIFE, pendingChange: later.value.pendingChange ?? null } };
    expect(transitions.dueChange(waiting, TERM.expiresAt - 1)).toBeNull();
    expect(transitions.dueChange(waiting, TERM.expiresAt)).toMatchObject({
      type: "basic",
      shrinkAt: TERM.expiresAt,
      pendingChange: null,
    });
    expect(transitions.dueChange({ ...waiting, state: "revoked" }, TERM.expiresAt)).toBeNull();
  });

  it("gives the grace of the tier from the later of end and failure", () => {
    const basic = {
      life: { ...NO_LIFE, autoRenew: true, billingGraceSeconds: termsOf("basic", undefined, 0).billingGraceSeconds },
    };
    for (const [expiresAt, from] of [
      [NOON + DAY, NOON + DAY],
      [NOON - DAY, NOON],
    ] as const)
      expect(transitions.failPayment(licenseOf({ ...basic, expiresAt }), NOON)).toMatchObject({
        value: { graceUntil: from + 7 * DAY },
      });
    expect(
      ["basic", "premium", "enterprise"].map(
        (tier) => termsOf(tier as "basic", undefined, 0).billingGraceSeconds / DAY,
      ),
    ).toEqual([7, 14, 30]);
  });
});

/** The table of result codes: class and status. */
const CODES: Readonly<Record<string, readonly [CodeClass, number]>> = {
  VALID: ["ok", 200],
  FALLBACK: ["ok", 200],
  NOT_FOUND: ["conclusive", 404],
  REVOKED: ["conclusive", 403],
  SUSPENDED: ["conclusive", 403],
  INSTANCE_SUSPENDED: ["conclusive", 403],
  PLUGIN_SUSPENDED: ["conclusive", 403],
  NOT_YET_VALID: ["conclusive", 403],
  EXPIRED: ["conclusive", 403],
  TRIAL_EXPIRED: ["conclusive", 403],
  PRODUCT_MISMATCH: ["conclusive", 403],
  DEVICE_MISMATCH: ["conclusive", 403],
  SEAT_EVICTED: ["conclusive", 403],
  LEASE_REVOKED: ["conclusive", 403],
  VERSION_NOT_ENTITLED: ["conclusive", 403],
  BUILD_MISMATCH: ["conclusive", 403],
  KEY_MALFORMED: ["action", 400],
  KEY_IN_URL: ["action", 400],
  KEY_RETIRED: ["action", 403],
  PAYMENT_REQUIRED: ["action", 402],
  ACTIVATION_REQUIRED: ["action", 409],
  LEASE_LAPSED: ["action", 409],
  SEAT_TAKEN: ["action", 409],
  SEAT_LIMIT: ["action", 409],
  DEVICE_CLONED: ["action", 409],
  DEVICE_IN_USE: ["action", 409],
  DEVICE_ID_REQUIRED: ["action", 422],
  DEVICE_ID_INVALID: ["action", 422],
  DEVICE_PROOF_REQUIRED: ["action", 401],
  DEVICE_PROOF_INVALID: ["action", 401],
  ENTITLEMENT_MISSING: ["action", 403],
  QUOTA_EXHAUSTED: ["action", 409],
  TRIAL_NOT_OFFERED: ["action", 409],
  TRIAL_ALREADY_USED: ["action", 409],
  TRANSITION_INVALID: ["action", 409],
  PLAN_CHANGE_REFUSED: ["action", 409],
  // The host's transfer call reads 400.
  TRANSFER_REFUSED: ["action", 400],
  ALREADY_LICENSED: ["action", 409],
  ALREADY_BOUND: ["action", 409],
  IDEMPOTENCY_MISMATCH: ["action", 422],
  OFFLINE_REQUEST_INVALID: ["action", 422],
  OFFLINE_CODE_INVALID: ["action", 422],
  OFFLINE_REFUSED: ["action", 403],
  SIMULATION_REFUSED: ["action", 403],
  ACTIVATION_BUDGET: ["retryable", 429],
  OFFLINE_CODE_COOLDOWN: ["retryable", 429],
  STATE_CHANGED: ["retryable", 409],
  SIGNER_UNAVAILABLE: ["retryable", 503],
};

describe("result codes", () => {
  it.each(Object.entries(CODES))("%s has its class and status", (code, expected) => {
    expect([classOf(code), statusOf(code)]).toEqual(expected);
  });

  it("are all in the table", () => {
    // Refusals of a key set are an operator's alone.
    const spelled = LICENSE_REASONS.filter((reason) => reason === reason.toUpperCase() && reason !== "KEYSET_REFUSED");
    expect(spelled.filter((reason) => !(reason in CODES))).toEqual([]);
  });
});

describe("usage", () => {
  it("is counted by the month in UTC; gauges have no month", () => {
    const end = Date.UTC(2026, 11, 31, 23, 59, 59) / 1000;
    expect([periodOf("apiCalls", end), periodOf("apiCalls", end + 1), periodOf("storage", end)]).toEqual([
      "2026-12",
      "2027-01",
      "",
    ]);
    expect(nextReset(end)).toBe(end + 1);
  });
  it("adds up what comes twice, and takes the last value of a gauge", () => {
    const items = ["apiCalls", "storage", "apiCalls", "storage"].map((metric, index) => ({ metric, units: index + 1 }));
    expect(mergeItems(items)).toEqual([
      { metric: "apiCalls", units: 4 },
      { metric: "storage", units: 4 },
    ]);
  });
  it("is low from four fifths on, and never where nothing is limited", () => {
    expect([isLow({ used: 79, cap: 100 }), isLow({ used: 80, cap: 100 }), isLow({ used: 9, cap: -1 })]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe("terms", () => {
  it("count whole seats of an overage and never more than twice", () => {
    expect([seatCapOf(4, 1.5), seatCapOf(3, 1.5), seatCapOf(3, 9), seatCapOf(3, 0), seatCapOf(null, 2)]).toEqual([
      6, 4, 6, 3, -1,
    ]);
  });
  it("begin with the first seat where that was agreed", () => {
    const license = licenseOf({ fallback: true, life: { ...NO_LIFE, firstTermSeconds: DAY } });
    expect(withFirstTerm(license, NOON)).toMatchObject({ expiresAt: NOON + DAY, fallbackUntil: NOON + DAY });
    expect(withFirstTerm(licenseOf(), NOON)).toEqual(licenseOf());
  });
  it("are warned of on the side", () => {
    const facts = {
      license: licenseOf({ expiresAt: NOON + 7 * DAY, seatCap: 2 }),
      key: { state: "overlap" },
      liveSeats: 3,
      isQuotaLow: true,
    };
    expect(warningsOf(facts, NOON)).toEqual(["KEY_ROTATED", "OVERSUBSCRIBED", "EXPIRING_SOON", "QUOTA_LOW"]);
    expect(warningsOf({ license: licenseOf(), key: null, liveSeats: 3 }, NOON)).toEqual([]);
  });
});
