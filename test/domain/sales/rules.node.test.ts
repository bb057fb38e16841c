import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { discountOf, isOffered } from "../../../src/domain/sales/coupon.ts";
import { invoiceNumber } from "../../../src/domain/sales/invoice.ts";
import type { SoldTier } from "../../../src/domain/sales/order.ts";
import { PAYMENT_KINDS, type PaymentFact, type PaymentKind, settle } from "../../../src/domain/sales/payments.ts";
import { quote } from "../../../src/domain/sales/quote.ts";
import { DAY } from "../../../src/domain/time.ts";

const NOON = 1_796_472_000;
const PRICE = { amount: 900, currency: "EUR" };

function fact(kind: PaymentKind, at: number, over: Partial<PaymentFact> = {}): PaymentFact {
  return { eventId: `${kind}-${at}`, kind, at, amount: 900, currency: "EUR", ...over };
}

describe("what payments come to", () => {
  const story = (...kinds: PaymentKind[]) =>
    settle(
      kinds.map((kind, index) => fact(kind, NOON + index)),
      PRICE,
    );

  it.each<[string, PaymentKind[], object]>([
    ["open", [], { state: "open" }],
    ["paid", ["paid"], { state: "paid", paidAt: NOON }],
    ["failed", ["failed"], { state: "failed", paidAt: null }],
    ["paid", ["failed", "paid"], { state: "paid" }],
    ["cancelled", ["cancelled"], { state: "cancelled" }],
    ["paid once", ["paid", "paid"], { state: "paid", paidAt: NOON, attention: null }],
    ["paid, not cancelled any more", ["paid", "cancelled"], { state: "paid" }],
    [
      "cancelled, with money that must go back",
      ["cancelled", "paid"],
      { state: "cancelled", attention: "paid_after_cancel" },
    ],
    ["cancelled, and the money went back", ["cancelled", "paid", "refunded"], { state: "cancelled", attention: null }],
    ["refunded", ["paid", "refunded"], { state: "refunded", refunded: 900 }],
    ["disputed", ["paid", "dispute_opened"], { state: "disputed" }],
    ["paid again", ["paid", "dispute_opened", "dispute_won"], { state: "paid", paidAt: NOON }],
    ["charged back", ["paid", "dispute_opened", "dispute_lost"], { state: "charged_back" }],
    ["refunded for good", ["paid", "refunded", "dispute_opened", "dispute_lost"], { state: "refunded" }],
    ["still paid", ["paid", "partly_refunded"], { state: "paid" }],
  ])("%s: %j", (_, kinds, expected) => {
    expect(story(...kinds)).toMatchObject(expected);
  });

  it("an amount or currency that was not asked for pays nothing and is shown", () => {
    for (const over of [{ amount: 899 }, { amount: 901 }, { currency: "USD" }, { amount: null }])
      expect(settle([fact("paid", NOON, over)], PRICE)).toMatchObject({ state: "open", attention: "amount_differs" });
    expect(settle([fact("paid", NOON, { currency: "eur" })], PRICE).state).toBe("paid");
  });

  it("the same events in any order, of which any came twice, give the same state", () => {
    const facts = fc.uniqueArray(
      fc.record({ kind: fc.constantFrom(...PAYMENT_KINDS), at: fc.integer({ min: NOON, max: NOON + 4 }) }),
      { maxLength: 8, selector: ({ kind, at }) => `${kind}-${at}` },
    );
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat(1000)), (drawn, keys) => {
        const inOrder = drawn.map(({ kind, at }) => fact(kind, at));
        const shuffled = inOrder
          .map((entry) => [keys.next().value as number, entry] as const)
          .sort(([a], [b]) => a - b)
          .map(([, entry]) => entry);
        expect(settle(shuffled, PRICE)).toEqual(settle(inOrder, PRICE));
      }),
    );
  });
});

const LIMITS = { installs: 3, apiCalls: 1000, storageMiB: 10, users: null };
const tier = (id: SoldTier, price: number | null, interval: "once" | "month" | "year") =>
  ({ id, price, interval, features: [], limits: LIMITS, popular: false }) as const;
const PRICING = {
  currency: "EUR",
  tiers: [tier("basic", 900, "month"), tier("premium", 3000, "month"), tier("enterprise", null, "year")],
} as const;

describe("what an order costs", () => {
  const held = (over: object) =>
    ({
      state: "active",
      startsAt: NOON - DAY,
      expiresAt: NOON + 15 * DAY,
      graceUntil: null,
      type: "basic",
      ...over,
    }) as never;
  const ask = (wanted: SoldTier, license: never | null = null, pricing = PRICING as never) => {
    const answer = quote(pricing, wanted, license, NOON);
    return answer.ok ? [answer.value.kind, answer.value.listPrice, answer.value.termDays] : answer.problem.reason;
  };

  it("a tier is new, a renewal, an upgrade or a conversion, by the license that is held", () => {
    expect(ask("basic")).toEqual(["new", 900, 30]);
    expect(ask("basic", held({ state: "revoked" }))).toEqual(["new", 900, 30]);
    expect(ask("basic", held({}))).toEqual(["renew", 900, 30]);
    expect(ask("basic", held({ expiresAt: NOON - DAY }))).toEqual(["renew", 900, 30]);
    expect(ask("basic", held({ type: "trial" }))).toEqual(["convert", 900, 30]);
    expect(ask("premium", held({ type: "trial", expiresAt: NOON - DAY }))).toEqual(["convert", 3000, 30]);
    expect(ask("premium", held({ type: "free", expiresAt: null }))).toEqual(["convert", 3000, 30]);
    expect(ask("premium", held({ expiresAt: NOON - DAY }))).toEqual(["new", 3000, 30]);
  });

  it("an upgrade costs the difference for the days left", () => {
    expect(ask("premium", held({}))).toEqual(["upgrade", 1050, 30]);
    expect(ask("premium", held({ expiresAt: NOON + 30 * DAY }))).toEqual(["upgrade", 2100, 30]);
    expect(ask("premium", held({ expiresAt: NOON + 1 }))).toEqual(["upgrade", 70, 30]);
  });

  it("nothing is sold that cannot be given", () => {
    expect(ask("enterprise")).toBe("price_on_request");
    expect(ask("basic", null, { ...PRICING, tiers: [] } as never)).toBe("not_for_sale");
    expect(ask("basic", held({ expiresAt: null }))).toBe("ALREADY_LICENSED");
    expect(ask("premium", held({ expiresAt: null }))).toBe("PLAN_CHANGE_REFUSED");
    expect(ask("basic", held({ type: "premium" }))).toBe("PLAN_CHANGE_REFUSED");
    expect(ask("basic", held({ state: "suspended" }))).toBe("TRANSITION_INVALID");
    expect(ask("basic", held({ state: "pending" }))).toBe("TRANSITION_INVALID");
  });
});

it("a coupon takes off what it says, never more than the price, for its publisher's plugins while it lasts", () => {
  expect(discountOf({ percentOff: 33, amountOff: null }, 999)).toBe(329);
  expect(discountOf({ percentOff: 100, amountOff: null }, 999)).toBe(999);
  expect(discountOf({ percentOff: null, amountOff: 5000 }, 999)).toBe(999);
  const coupon = {
    id: "1",
    code: "X",
    publisherId: "1",
    pluginId: "7",
    percentOff: 10,
    amountOff: null,
    maxRedemptions: null,
    redemptions: 0,
    expiresAt: NOON,
  };
  expect(isOffered(coupon, { publisherId: "1", pluginId: "7" }, NOON - 1)).toBe(true);
  expect(isOffered(coupon, { publisherId: "1", pluginId: "7" }, NOON)).toBe(false);
  expect(isOffered(coupon, { publisherId: "2", pluginId: "7" }, NOON - 1)).toBe(false);
  expect(isOffered(coupon, { publisherId: "1", pluginId: "8" }, NOON - 1)).toBe(false);
});

it("an invoice is numbered under its publisher's name", () => {
  expect(invoiceNumber("acme", 42)).toBe("acme-000042");
});
