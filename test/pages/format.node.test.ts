import { expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDate,
  formatEntryPrice,
  formatMoney,
  formatPrice,
  formatShortCount,
  plural,
} from "../../src/pages/format.ts";
import { pageNumbers } from "../../src/pages/parts/pages.tsx";
import { NOON, pluginDetail } from "./fixtures.ts";

it.each([
  [900, "€9.00"],
  [5, "€0.05"],
  [129_999, "€1,299.99"],
  [100_000_000, "€1,000,000.00"],
  [-250, "−€2.50"],
])("writes %d cents as %s", (cents, text) => {
  expect(formatMoney(cents)).toBe(text);
});

it.each([
  [{ price: 0, interval: "none" }, "Free"],
  [{ price: null, interval: "none" }, "On request"],
  [{ price: 900, interval: "month" }, "€9.00 / month"],
  [{ price: 9900, interval: "year" }, "€99.00 / year"],
  [{ price: 4900, interval: "once" }, "€49.00 once"],
] as const)("writes the price of %j as %s", (tier, text) => {
  expect(formatPrice(tier)).toBe(text);
});

it("shows the cheapest way in on a card", () => {
  const { tiers } = pluginDetail().pricing;
  const price = (...ids: string[]) =>
    formatEntryPrice({ currency: "EUR", tiers: tiers.filter(({ id }) => ids.includes(id)) });
  expect(price("free", "basic")).toBe("Free");
  expect(price("premium", "basic", "enterprise")).toBe("from €9.00 / month");
  expect(price("basic")).toBe("€9.00 / month");
  expect(price("enterprise")).toBe("On request");
  expect(price()).toBe("Free");
});

it("writes dates in words in English, in digits in German", () => {
  expect(formatDate(NOON)).toBe("1 Nov 2026");
  expect(formatDate(NOON, "de")).toBe("01.11.2026");
  expect(formatDate(0)).toBe("1 Jan 1970");
});

it("shortens counts and sizes where there is little room", () => {
  expect([0, 999, 1280, 9999, 12_345, 999_949, 999_950, 4_100_000].map((count) => formatShortCount(count))).toEqual([
    "0",
    "999",
    "1,280",
    "9,999",
    "12.3K",
    "999.9K",
    "1M",
    "4.1M",
  ]);
  expect(formatCount(1_234_567)).toBe("1,234,567");
  expect([812, 49_356, 5_242_880].map((bytes) => formatBytes(bytes))).toEqual(["812 B", "48.2 KiB", "5.0 MiB"]);
  expect([plural(1, "plugin"), plural(2, "plugin"), plural(0, "plugin")]).toEqual([
    "1 plugin",
    "2 plugins",
    "0 plugins",
  ]);
});

it.each([
  [1, 2, [1, 2]],
  [1, 9, [1, 2, null, 9]],
  [5, 9, [1, null, 4, 5, 6, null, 9]],
  [9, 9, [1, null, 8, 9]],
])("offers on page %d of %d the pages %j", (page, last, numbers) => {
  expect(pageNumbers(page, last)).toEqual(numbers);
});
