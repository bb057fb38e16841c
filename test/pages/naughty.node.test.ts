import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { listPath, parseListState } from "../../src/pages/list-state.ts";
import { drawAll } from "./documents.ts";
import { review } from "./fixtures.ts";

const VECTORS = path.resolve(import.meta.dirname, "../../../shared/vectors/http/naughty-strings.json");
const OUR_OWN = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</title><svg/onload=alert(1)>`,
  `&lt;script&gt;`,
  `-->`,
  `]]>`,
  `\u0000\u0007\u001b[31m`,
  `\ud800 lone \udfff`,
  `\u202Eright to left`,
  `{{constructor}}`,
  `Z\u0341${"\u0300".repeat(200)}`,
];

/** All texts of a page come from strangers; the elements and attributes never do. */
function elements(html: string): string {
  return [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""')).join("");
}

function drawWith(text: string) {
  return drawAll({
    query: text,
    review: { userName: text, title: text, comment: text },
    plugin: {
      displayName: text,
      description: text,
      license: text,
      publisher: { id: "1", handle: text, displayName: text },
      permissions: [{ code: "customers.read", description: text, required: true }],
      egress: [{ host: text, reason: text }],
      events: [text],
      tags: [text],
      dependencies: [{ name: text, range: text }],
      minAppVersion: text,
      versions: [
        {
          version: text,
          channel: "stable",
          state: "published",
          releasedAt: 1,
          changes: [text],
          size: 1,
          sha256: text,
          downloads: 1,
          notice: { message: text, replacement: "other" },
        },
      ],
      pricing: {
        currency: "EUR",
        tiers: [
          {
            id: "basic",
            price: 900,
            interval: "month",
            features: [text],
            limits: { installs: 1, apiCalls: 1, storageMiB: 1, users: 1 },
            popular: false,
          },
        ],
      },
    },
  });
}

const harmless = Object.fromEntries(Object.entries(drawWith("x")).map(([name, html]) => [name, elements(html)]));

function expectSameElements(text: string): void {
  for (const [name, html] of Object.entries(drawWith(`x${text}`))) expect(elements(html), name).toBe(harmless[name]);
}

it.each(OUR_OWN)("changes no element of any page: %j", (text) => {
  expectSameElements(text);
});

if (existsSync(VECTORS)) {
  const strings: { id: string; s: string }[] = JSON.parse(readFileSync(VECTORS, "utf8"));
  it(`changes no element of any page with ${strings.length} strings that broke others`, () => {
    expect(strings.length).toBeGreaterThan(200);
    for (const { s } of strings) expectSameElements(s);
  }, 60_000);

  it("keeps each of them as a search, bounded, through the address and back", () => {
    for (const { s } of strings) {
      const state = parseListState(new URLSearchParams({ query: s }));
      expect(Array.from(state.query).length).toBeLessThanOrEqual(100);
      const again = parseListState(new URL(listPath(state), "http://localhost").searchParams);
      expect(again).toEqual(state);
    }
  });
} else {
  it("has its own strings only: the naughty strings of the vectors are not here", () => {
    expect(existsSync(VECTORS)).toBe(false);
  });
}

it("keeps line breaks of a review without making elements of them", () => {
  const { reviews } = drawAll({ review: review({ comment: "one\n<b>two</b>" }) });
  expect(reviews).toContain("one\n&lt;b&gt;two&lt;/b&gt;");
});
