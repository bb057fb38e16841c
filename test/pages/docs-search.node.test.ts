import { describe, expect, it } from "vitest";
import type { DocPage } from "../../src/pages/docs/docs.ts";
import { markWords, searchDocs, wordsOf } from "../../src/pages/docs/search.ts";

function page(slug: string, title: string, parts: readonly (readonly [string, string])[]): DocPage {
  const drawn = parts.map(([heading, text], index) => ({
    id: index === 0 ? "" : `p${index}`,
    level: 2,
    heading,
    text,
  }));
  return { slug, title, description: "", section: "S", html: "", parts: drawn };
}

const PAGES = [
  page("storage", "Storage", [
    ["", "Keys and values."],
    ["List", "The cursor leads on. A quota ends it."],
  ]),
  page("events", "Events", [
    ["", "What happens."],
    ["Storage of events", "Nothing is kept."],
  ]),
];
const found = (query: string) => searchDocs(PAGES, query).map(({ page: { slug }, part }) => `${slug}#${part.id}`);

describe("a search of the documentation", () => {
  it("puts a title before a heading and a heading before text", () => {
    expect(found("storage")[0]).toBe("events#p1");
    expect(found("storage")).toContain("storage#");
  });

  it("wants every word, in one part or its page's title", () => {
    expect(found("storage cursor")).toEqual(["storage#p1"]);
    expect(found("events cursor")).toEqual([]);
  });

  it("finds pieces of words in either case, and nothing for nothing", () => {
    expect(found("CURS")).toEqual(["storage#p1"]);
    for (const nothing of ["", "   ", "…", "((("]) expect(found(nothing)).toEqual([]);
  });

  it("takes words literally: no pattern, eight at most, a hundred characters", () => {
    expect(found(".*")).toEqual([]);
    expect(wordsOf("a b c d e f g h i j")).toHaveLength(8);
    expect(wordsOf("x".repeat(500))[0]).toHaveLength(100);
    expect(markWords("a.b axb", ["a.b"])).toEqual([
      { text: "a.b", isFound: true },
      { text: " axb", isFound: false },
    ]);
  });

  it("cuts the snippet around the find and marks it", () => {
    const long = page("long", "Long", [["", `${"word ".repeat(200)}needle ${"tail ".repeat(200)}`]]);
    const [hit] = searchDocs([long], "needle");
    const text = hit?.snippet.map((piece) => piece.text).join("") ?? "";
    expect(text.length).toBeLessThan(260);
    expect(text).toMatch(/^… word.* needle tail.*…$/);
    expect(hit?.snippet.filter(({ isFound }) => isFound).map((piece) => piece.text)).toEqual(["needle"]);
  });
});
