import { describe, expect, it } from "vitest";
import { deliveryOf, hostPricing, type Pricing, repriced } from "../../../src/domain/release/pricing.ts";

const LIMITS = { installs: 3, apiCalls: null, storageMiB: 100, users: null };
function pricing(...tiers: [Pricing["tiers"][number]["id"], number | null][]): Pricing {
  return {
    currency: "EUR",
    tiers: tiers.map(([id, price]) => ({
      id,
      price,
      interval: "month",
      features: ["All"],
      limits: LIMITS,
      popular: false,
    })),
  };
}

describe("what the host sees", () => {
  it("is euros per tier, without those on request", () => {
    expect(hostPricing(pricing(["trial", 0], ["basic", 900], ["premium", 2999], ["enterprise", null]))).toEqual({
      trial: 0,
      basic: 9,
      premium: 29.99,
    });
  });

  it("is public delivery exactly with a free tier", () => {
    expect(deliveryOf(pricing(["free", 0], ["basic", 900]))).toBe("public");
    expect(deliveryOf(pricing(["trial", 0], ["basic", 900]))).toBe("sealed");
  });
});

describe("new prices of the owner", () => {
  const current = pricing(["free", 0], ["basic", 900], ["enterprise", null]);
  const prices = (host: object) => {
    const next = repriced(current, { ...host });
    return next === null ? null : Object.fromEntries(next.tiers.map((tier) => [tier.id, tier.price]));
  };

  it("are read in every shape of the host, features and limits staying the release's", () => {
    const kept = { free: 0, enterprise: null };
    expect(prices({ basic: 12 })).toEqual({ ...kept, basic: 1200 });
    expect(prices({ basic: 12.5 })).toEqual({ ...kept, basic: 1250 });
    expect(prices({ basic: { price: 12, features: ["x"], limits: {} } })).toEqual({ ...kept, basic: 1200 });
    expect(prices({ basic: { price: 0.1 + 0.2, interval: "year" } })).toEqual({ ...kept, basic: 30 });
    expect(prices({ enterprise: { price: "custom" }, basic: 9 })).toEqual({ ...kept, basic: 900 });
    expect(repriced(current, { basic: { price: 12, limits: { installs: -1 } } })?.tiers[1]?.limits).toEqual(LIMITS);
  });

  it.each([
    [{ premium: 12 }],
    [{ gold: 12 }],
    [{ basic: -1 }],
    [{ basic: 0 }],
    [{ basic: 0.001 }],
    [{ basic: Number.NaN }],
    [{ basic: 1e9 }],
    [{ basic: "12" }],
    [{ basic: null }],
    [{ basic: "custom" }],
    [{ free: 5 }],
    [{ __proto__: null, constructor: 1 }],
  ])("refuses %j", (host) => {
    expect(repriced(current, host)).toBeNull();
  });
});
