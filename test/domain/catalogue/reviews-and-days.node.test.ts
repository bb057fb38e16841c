import { describe, expect, it } from "vitest";
import { daysBetween } from "../../../src/domain/catalogue/days.ts";
import { REMOVED, withoutContacts } from "../../../src/domain/catalogue/review-text.ts";
import { arrangeSeries, seriesCsv } from "../../../src/market/catalogue/arrange-series.ts";

describe("links and contact data in reviews", () => {
  it.each([
    "https://evil.example/a?b=c#d",
    "http://user:pw@host",
    "ftp://host/file",
    "javascript://x",
    "www.firm.at/angebot",
    "firm.at",
    "sub.firm.com/path",
    "me@firm.at",
    "first.last+tag@sub.firm.co.at",
    "office (at) firm (dot) at",
    "office[at]firm.at",
    "büro@müller.de",
    "+43 660 1234567",
    "0660/123 45 67",
    "(01) 234 5678",
    "0049-89-1234567",
  ])("%s is taken out", (text) => {
    expect(withoutContacts(`Before ${text} after`)).toBe(`Before ${REMOVED} after`);
  });

  it.each([
    "Works with version 0.10.2 and 12.5.1234567.",
    "Since 01.11.2026, or 2026-11-01 12:30.",
    "Costs 1.234.567,89 € for 10000000 rows.",
    "Node.js, e.g. config.json and Vue.js: fine.",
    "5/5 – 100 % @home at last!",
    "a@b",
    "Zwei Zeilen,\nein 👩🏽‍💻 und שלום",
    "10:30–12:00, 3 x 4 = 12",
  ])("%s stays", (text) => {
    expect(withoutContacts(text)).toBe(text);
  });

  it("takes no longer for texts made to be slow", () => {
    for (const text of [
      "a.".repeat(1000),
      "a@".repeat(1000),
      "0 ".repeat(1000),
      "www.".repeat(500),
      "((at)".repeat(400),
    ])
      expect(withoutContacts(text).length).toBeLessThanOrEqual(2000 + REMOVED.length * 1000);
  });
});

describe("days", () => {
  it.each([
    ["2026-02-27", "2026-03-01", ["2026-02-27", "2026-02-28", "2026-03-01"]],
    ["2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]],
    ["2026-01-01", "2026-01-01", ["2026-01-01"]],
    ["2026-01-02", "2026-01-01", null],
    ["2026-02-30", "2026-03-01", null],
    ["2026-1-1", "2026-01-02", null],
    ["x", "2026-01-02", null],
  ])("from %s to %s", (from, to, days) => {
    expect(daysBetween(from, to)).toEqual(days);
  });
});

describe("lines out of figures", () => {
  const DAYS = ["2026-01-01", "2026-01-02", "2026-01-03"];
  const figure = (day: string, metric: "downloads" | "active", group: string | null, count: number) => ({
    day,
    metric,
    group,
    count,
  });

  it("have zeros where nothing happened, and nothing where nobody counted", () => {
    const lines = arrangeSeries(
      [
        figure("2026-01-02", "downloads", null, 3),
        figure("2026-01-02", "active", null, 2),
        figure("2025-01-01", "downloads", null, 9),
      ],
      DAYS,
      "total",
    );
    expect(lines.find(({ metric }) => metric === "downloads")?.values).toEqual([0, 3, 0]);
    expect(lines.find(({ metric }) => metric === "active")?.values).toEqual([null, 2, null]);
  });

  it("tell groups apart from five on; the others are one line", () => {
    const lines = arrangeSeries(
      [
        figure("2026-01-01", "downloads", "AT", 3),
        figure("2026-01-02", "downloads", "AT", 2),
        figure("2026-01-01", "downloads", "DE", 4),
        figure("2026-01-03", "downloads", "CH", 4),
        figure("2026-01-03", "downloads", null, 1),
      ],
      DAYS,
      "country",
    );
    expect(lines).toEqual([
      { metric: "downloads", group: "AT", values: [3, 2, 0] },
      { metric: "downloads", group: "other", values: [4, 0, 5] },
    ]);
    const levels = [1, 2, 3].map((day) => figure(`2026-01-0${day}`, "active", "1.0.0", 4));
    expect(arrangeSeries(levels, DAYS, "version").map(({ group }) => group)).toEqual(["other"]);
  });

  it("are a table that a spreadsheet reads as text and numbers", () => {
    const lines = [
      { metric: "downloads", group: '=cmd|"x"', values: [1, null] },
      { metric: "active", group: null, values: [0, 2] },
    ] as const;
    expect(seriesCsv(DAYS.slice(0, 2), lines)).toBe(
      'day,"downloads =cmd|""x""",active\r\n2026-01-01,1,0\r\n2026-01-02,,2\r\n',
    );
  });
});
