import { describe, expect, it } from "vitest";
import { hostError, type LicenseCode } from "../../../src/domain/license/codes.ts";
import { judge, type Use } from "../../../src/domain/license/judge.ts";
import type { Activation, License } from "../../../src/domain/license/license.ts";
import { hostStatus } from "../../../src/domain/license/states.ts";
import * as transitions from "../../../src/domain/license/transitions.ts";
import { licenseOf, NOON } from "./license.ts";

const USE: Use = {
  order: "standard",
  pluginId: "7",
  isOwner: true,
  key: { state: "current", validUntil: null },
  isInstanceSuspended: false,
  isPluginSuspended: false,
};
const HARDWARE = "ab".repeat(32);
const DAY = 86_400;

/** Everything that can be wrong, in the order of the precedence; each case keeps all the later ones wrong too. */
const WRONG: readonly [LicenseCode, Partial<License>, Partial<Use>][] = [
  ["PRODUCT_MISMATCH", {}, { pluginId: "8" }],
  ["INSTANCE_SUSPENDED", {}, { isInstanceSuspended: true }],
  ["REVOKED", { state: "revoked" }, {}],
  ["PLUGIN_SUSPENDED", {}, { isPluginSuspended: true }],
  ["KEY_RETIRED", {}, { key: { state: "retired", validUntil: null } }],
  ["NOT_YET_VALID", { startsAt: NOON + 1 }, {}],
  ["DEVICE_MISMATCH", { hardwareId: "cd".repeat(32) }, { hardwareId: HARDWARE }],
  ["ACTIVATION_REQUIRED", {}, { activation: null }],
  ["BUILD_MISMATCH", {}, { build: null }],
  ["ENTITLEMENT_MISSING", {}, { missingEntitlements: ["export"] }],
];

describe("the answer precedence", () => {
  it.each(WRONG.map(([code], index) => [code, index] as const))(
    "says %s before all that comes later",
    (code, index) => {
      const license = Object.assign(
        {},
        ...WRONG.slice(index)
          .reverse()
          .map(([, over]) => over),
      ) as Partial<License>;
      const use = Object.assign(
        {},
        ...WRONG.slice(index)
          .reverse()
          .map(([, , over]) => over),
      ) as Partial<Use>;
      expect(judge(licenseOf(license), { ...USE, ...use }, NOON).code).toBe(code);
    },
  );

  it("asks for state before product where the host asks", () => {
    const use = { ...USE, order: "host", pluginId: "8" } as const;
    expect(judge(licenseOf({ state: "suspended" }), use, NOON).code).toBe("SUSPENDED");
    expect(judge(licenseOf(), use, NOON).code).toBe("PRODUCT_MISMATCH");
    expect(judge(licenseOf(), { ...use, isOwner: false }, NOON).code).toBe("NOT_FOUND");
  });

  it.each([
    ["VALID", {}],
    ["TRIAL_ACTIVE", { type: "trial", expiresAt: NOON + 1 }],
    ["TRIAL_EXPIRED", { type: "trial", expiresAt: NOON }],
    ["VALID", { expiresAt: NOON + 1 }],
    ["EXPIRED", { expiresAt: NOON }],
    ["PAST_DUE_GRACE", { expiresAt: NOON - 9, graceUntil: NOON + 1 }],
    ["EXPIRED", { expiresAt: NOON - 9, graceUntil: NOON }],
    ["PAYMENT_REQUIRED", { state: "pending" }],
    ["NOT_YET_VALID", { startsAt: NOON + 1 }],
    ["VALID", { startsAt: NOON }],
  ] as const)("says %s of %j at noon", (code, over) => {
    expect(judge(licenseOf(over), USE, NOON).code).toBe(code);
  });

  it("counts the days of grace left: 4 on day 3 of 7", () => {
    const license = licenseOf({ expiresAt: NOON - 3 * DAY, graceUntil: NOON + 4 * DAY });
    expect(judge(license, USE, NOON).facts.daysLeft).toBe(4);
  });

  it("lets builds of the paid time live on where fallback was sold, newer ones not", () => {
    const license = licenseOf({ expiresAt: NOON - 1, fallback: true, fallbackUntil: NOON - 100 });
    const build = (releasedAt: number) =>
      judge(license, { ...USE, build: { version: "1.0.0", releasedAt } }, NOON).code;
    expect([build(NOON - 100), build(NOON - 99)]).toEqual(["FALLBACK", "VERSION_NOT_ENTITLED"]);
    expect(judge(license, USE, NOON).code).toBe("EXPIRED");
  });

  it("keeps a key in overlap good until its time", () => {
    const use = (validUntil: number): Use => ({ ...USE, key: { state: "overlap", validUntil } });
    expect(judge(licenseOf(), use(NOON + 1), NOON).code).toBe("VALID");
    expect(judge(licenseOf(), use(NOON), NOON).code).toBe("KEY_RETIRED");
  });

  it.each([
    ["VALID", { leaseUntil: NOON + 1 }],
    ["LEASE_LAPSED", { leaseUntil: NOON }],
    ["ACTIVATION_REQUIRED", { releasedAt: NOON - 1, releaseReason: "released" }],
    ["SEAT_EVICTED", { releasedAt: NOON - 1, releaseReason: "evicted" }],
  ] as const)("says %s of a device whose row says %j", (code, over) => {
    const activation = { releasedAt: null, releaseReason: null, leaseUntil: NOON + 9, ...over } as Activation;
    expect(judge(licenseOf(), { ...USE, activation }, NOON).code).toBe(code);
  });
});

it.each([
  ["active", {}],
  ["active", { expiresAt: NOON - 1, graceUntil: NOON + 1 }],
  ["expired", { expiresAt: NOON }],
  ["revoked", { state: "revoked" }],
  ["suspended", { state: "suspended" }],
  ["suspended", { state: "pending" }],
  ["suspended", { startsAt: NOON + 1 }],
] as const)("the host reads %s of %j", (status, over) => {
  expect(hostStatus(licenseOf(over), NOON)).toBe(status);
});

it.each([
  ["License not found", ["NOT_FOUND", "KEY_MALFORMED"]],
  ["License is for a different plugin", ["PRODUCT_MISMATCH"]],
  ["License is bound to different hardware", ["DEVICE_MISMATCH", "DEVICE_CLONED", "DEVICE_IN_USE"]],
  ["Installation limit exceeded", ["SEAT_LIMIT", "SEAT_TAKEN", "ACTIVATION_BUDGET"]],
  ["License verification service unavailable", ["STATE_CHANGED"]],
  ["License is not active", ["REVOKED", "SUSPENDED", "EXPIRED", "NOT_YET_VALID", "KEY_RETIRED", "PAYMENT_REQUIRED"]],
] as const)("the host is told `%s` for %j", (words, codes) => {
  for (const code of codes) expect(hostError(code)).toBe(words);
});

describe("renewing by 30 days", () => {
  it.each([
    ["later", NOON + 10 * DAY, NOON + 40 * DAY],
    ["expiry", NOON + 10 * DAY, NOON + 40 * DAY],
    ["now", NOON + 10 * DAY, NOON + 30 * DAY],
    ["later", NOON - 10 * DAY, NOON + 30 * DAY],
    ["expiry", NOON - 10 * DAY, NOON + 20 * DAY],
    ["now", NOON - 10 * DAY, NOON + 30 * DAY],
  ] as const)("from %s with the end at %i gives %i", (renewalBasis, expiresAt, end) => {
    const renewed = transitions.renew(licenseOf({ renewalBasis, expiresAt }), 30, NOON);
    expect(renewed).toMatchObject({ ok: true, value: { expiresAt: end, graceUntil: null } });
  });

  it.each([
    ["suspended", { state: "suspended", expiresAt: NOON }],
    ["revoked", { state: "revoked", expiresAt: NOON }],
    ["trialing", { type: "trial", expiresAt: NOON + 1 }],
    ["open_ended", {}],
  ] as const)("is refused when %s", (from, over) => {
    const renewed = transitions.renew(licenseOf(over), 30, NOON);
    expect(renewed).toMatchObject({ ok: false, problem: { reason: "TRANSITION_INVALID", facts: { from } } });
  });
});

describe("upgrading", () => {
  const terms = { maxInstalls: 10 } as Parameters<typeof transitions.upgrade>[1]["terms"];
  it("gives a trial the term that was sold and keeps the end of a paid license", () => {
    const trial = licenseOf({ type: "trial", expiresAt: NOON - 1 });
    expect(transitions.upgrade(trial, { tier: "basic", terms, days: 30 }, NOON)).toMatchObject({
      ok: true,
      value: { type: "basic", expiresAt: NOON + 30 * DAY },
    });
    const paid = transitions.upgrade(licenseOf({ expiresAt: NOON + 5 }), { tier: "premium", terms, days: 30 }, NOON);
    expect(paid.ok && paid.value !== "unchanged" && "expiresAt" in paid.value).toBe(false);
  });
  it("goes upward only", () => {
    for (const tier of ["free", "trial", "basic"] as const)
      expect(transitions.upgrade(licenseOf(), { tier, terms, days: null }, NOON)).toMatchObject({
        problem: { reason: "PLAN_CHANGE_REFUSED" },
      });
  });
});
