import { describe, expect, it } from "vitest";
import { priceKindsOf, touchesPersonalData } from "../../../src/domain/catalogue/card-facets.ts";
import { highlight, readMarked, wordsOf } from "../../../src/domain/catalogue/highlight.ts";
import {
  compareScores,
  freshOf,
  livenessOf,
  meanOf,
  penaltyOf,
  type RankingFacts,
  ratingOf,
  scoreOf,
  textOf,
  textOfLikeness,
  trustOf,
  WEIGHTS,
} from "../../../src/domain/catalogue/ranking.ts";
import { likeness, likenessOfNames, plainTrigrams } from "../../../src/domain/catalogue/trigrams.ts";
import { DAY } from "../../../src/domain/time.ts";

const NOON = 1_767_268_800;
const YEAR = 365 * DAY;
const NEW: RankingFacts = {
  aliveInstances: 0,
  isDomainProven: false,
  ownedSince: NOON,
  deskActedAt: null,
  hasProvenance: false,
  starSum: 0,
  starCount: 0,
  releasedAt: NOON,
  isDeprecated: false,
  isArchived: false,
  isLookAlike: false,
};

describe("the ranking formula", () => {
  it("weighs its parts to one", () => {
    expect(Object.values(WEIGHTS).reduce<number>((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });

  it.each([
    ["nothing matched", textOf(0), 0],
    ["a worse than no match counts as none", textOf(3), 0],
    ["b = 8", textOf(-8), 0.5],
    ["b = 72", textOf(-72), 0.9],
    ["likeness below 0.4", textOfLikeness(0.399), 0],
    ["likeness 0.4", textOfLikeness(0.4), 0.32],
    ["likeness 1", textOfLikeness(1), 0.8],
    ["no installation", livenessOf(0), 0],
    ["nine installations", livenessOf(9), 0.2],
    ["999", livenessOf(999), 0.6],
    ["99,999", livenessOf(99_999), 1],
    ["a million is capped", livenessOf(1_000_000), 1],
    ["a new plugin of nobody known", trustOf(NEW, NOON), 0.2],
    ["proven domain", trustOf({ ...NEW, isDomainProven: true }, NOON), 0.6],
    ["half a year old", trustOf({ ...NEW, ownedSince: NOON - YEAR / 2 }, NOON), 0.35],
    ["ten years old", trustOf({ ...NEW, ownedSince: NOON - 10 * YEAR }, NOON), 0.5],
    ["from the future", trustOf({ ...NEW, ownedSince: NOON + YEAR }, NOON), 0.2],
    ["an act of the desk last month", trustOf({ ...NEW, deskActedAt: NOON - 30 * DAY }, NOON), 0],
    ["an act of the desk two years ago", trustOf({ ...NEW, deskActedAt: NOON - 2 * YEAR }, NOON), 0.2],
    ["provenance", trustOf({ ...NEW, hasProvenance: true }, NOON), 0.3],
    ["no stars mean 3.5", meanOf(0, 0), 3.5],
    ["no stars", ratingOf(0, 0), 0.625],
    ["ten of five stars", ratingOf(50, 10), (4.25 - 1) / 4],
    ["ten of one star", ratingOf(10, 10), (2.25 - 1) / 4],
    ["released today", freshOf(NOON, NOON), 1],
    ["released a year ago", freshOf(NOON - YEAR, NOON), 0.5],
    ["released two years ago", freshOf(NOON - 2 * YEAR, NOON), 0.25],
    ["no penalty", penaltyOf(NEW), 1],
    ["deprecated", penaltyOf({ ...NEW, isDeprecated: true }), 0.3],
    ["archived", penaltyOf({ ...NEW, isArchived: true }), 0.5],
    ["look-alike", penaltyOf({ ...NEW, isLookAlike: true }), 0.2],
    ["all three", penaltyOf({ ...NEW, isDeprecated: true, isArchived: true, isLookAlike: true }), 0.03],
  ])("%s", (_, actual, expected) => {
    expect(actual).toBeCloseTo(expected, 12);
  });

  it("adds its parts and takes the penalty of the whole", () => {
    const facts = { ...NEW, aliveInstances: 9, isDomainProven: true, isDeprecated: true };
    const { score } = scoreOf(0.5, facts, NOON);
    expect(score).toBeCloseTo((0.6 * 0.5 + 0.16 * 0.2 + 0.12 * 0.6 + 0.08 * 0.625 + 0.04 * 1) * 0.3, 12);
  });

  it("sec-28: knows nothing of downloads", () => {
    expect(Object.keys(NEW).join()).not.toMatch(/download/i);
    expect(scoreOf(0.5, { ...NEW, downloads: 1e6 } as RankingFacts, NOON)).toEqual(scoreOf(0.5, NEW, NOON));
  });

  it("puts exact names before every score, and equals by name", () => {
    const weak = scoreOf(0.1, NEW, NOON, 2);
    const strong = scoreOf(0.9, NEW, NOON);
    const list = [
      { name: "b", score: strong },
      { name: "a", score: strong },
      { name: "z", score: weak },
      { name: "y", score: scoreOf(0.1, NEW, NOON, 1) },
    ];
    expect(list.sort(compareScores).map(({ name }) => name)).toEqual(["z", "y", "a", "b"]);
  });
});

describe("likeness of letters", () => {
  it.each([
    ["reminder", "reminder", 1, 1],
    ["Über", "uber", 1, 1],
    ["reminer", "reminder", 0.4, 0.9],
    ["invoce", "invoice", 0.4, 0.9],
    ["board", "reminder", 0, 0.1],
    ["", "reminder", 0, 0],
    ["…", "reminder", 0, 0],
  ])("of %s and %s lies between %d and %d", (a, b, least, most) => {
    expect(likeness(a, b)).toBeGreaterThanOrEqual(least);
    expect(likeness(a, b)).toBeLessThanOrEqual(most);
    expect(likeness(a, b)).toBe(likeness(b, a));
  });

  it("of names is that of the likest word in them", () => {
    expect(likenessOfNames("remindr", "sms-reminder", "SMS")).toBeGreaterThan(0.4);
    expect(likenessOfNames("Erinnerun", "x", "SMS Erinnerung")).toBeGreaterThan(0.4);
    expect(likenessOfNames("kalender", "sms-reminder", "SMS")).toBeLessThan(0.4);
  });

  it("asks the index for a bounded number of trigrams", () => {
    expect(plainTrigrams("abcd")).toEqual(["abc", "bcd"]);
    expect(plainTrigrams("ab")).toEqual([]);
    expect(plainTrigrams("äöü😀").length).toBe(1);
    const long = Array.from({ length: 300 }, (_, i) => String.fromCharCode(0x4e00 + i)).join("");
    expect(plainTrigrams(long)).toHaveLength(100);
  });
});

describe("words of a query", () => {
  it.each([
    ["SMS-Erinnerung für Termine", ["sms", "erinnerung", "fur", "termine"]],
    ["c++ AND (NOT x*)", ["c", "and", "not", "x"]],
    ["a a a", ["a"]],
    ["  ", []],
    ["שלום 你好 ١٢", ["שלום", "你好", "١٢"]],
    ["\ud800", []],
  ])("%s", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  const cut = (text: string, words: readonly string[]) =>
    highlight(text, words).map(({ from, to }) => text.slice(from, to));
  it.each([
    ["Erinnert Kunden an Termine.", ["kunden", "termin"], ["Kunden", "Termin"]],
    ["Übersicht über alles", ["uber"], ["Über", "über"]],
    ["U\u0308ber", ["uber"], ["U\u0308ber"]],
    ["<b>bold</b>", ["b"], ["b", "b", "b"]],
    ["nothing here", ["else"], []],
    ["nothing here", [], []],
  ])("%s: %j stand at %j", (text, words, found) => {
    expect(cut(text, words)).toEqual(found);
  });

  it("are cut out of what the index marked, and no mark is left", () => {
    expect(readMarked("…ein \u0001Guthaben\u0002 bei \u0001mir\u0002")).toEqual({
      text: "…ein Guthaben bei mir",
      ranges: [
        { from: 5, to: 13 },
        { from: 18, to: 21 },
      ],
    });
    expect(readMarked("\u0002a\u0001")).toEqual({ text: "a", ranges: [] });
    expect(readMarked("\u0001\u0002")).toEqual({ text: "", ranges: [] });
  });
});

describe("facets of a plugin", () => {
  it.each([
    [[{ id: "free", price: 0 }], 0, ["free"]],
    [[{ id: "trial", price: 0 }], 14, ["trial"]],
    [[{ id: "basic", price: 900 }], 14, ["trial", "paid"]],
    [
      [
        { id: "free", price: 0 },
        { id: "enterprise", price: null },
      ],
      0,
      ["free", "paid"],
    ],
    [[], 0, []],
  ] as const)("%j with %d days costs %j", (tiers, days, kinds) => {
    expect(priceKindsOf(tiers, days)).toEqual(kinds);
  });

  it("personal data are rows that name people", () => {
    for (const permission of ["customers.read", "requests.write", "appointments.read", "users.read"] as const)
      expect(touchesPersonalData([permission]), permission).toBe(true);
    expect(touchesPersonalData(["storage.read", "notifications.send", "webhooks.trigger"])).toBe(false);
  });
});
