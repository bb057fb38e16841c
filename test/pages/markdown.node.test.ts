import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { renderMarkdown } from "../../src/pages/markdown.ts";
import { SHA256 } from "./fixtures.ts";

const VECTORS = path.resolve(import.meta.dirname, "../../../shared/vectors/http/naughty-strings.json");

function render(markdown: string): string {
  return renderMarkdown(markdown, SHA256);
}

it("renders what READMEs are made of", () => {
  const html = render(
    "# Title\n\nText **bold** ~~gone~~ `code`\n\n- [x] done\n- [ ] open\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n",
  );
  for (const part of [
    "<h3>Title</h3>",
    "<strong>bold</strong>",
    "<del>gone</del>",
    "<code>code</code>",
    "☑ done",
    "☐ open",
    "<th>a</th>",
  ])
    expect(html).toContain(part);
});

it("starts headings below those of the page", () => {
  expect(render("# a\n## b\n### c\n#### d\n##### e\n###### f").match(/<h\d/g)).toEqual([
    "<h3",
    "<h4",
    "<h5",
    "<h6",
    "<h6",
    "<h6",
  ]);
});

it("lets links lead to http, https and mailto and gives them no authority", () => {
  expect(render("[a](https://a.example/?x=1&y=2)")).toContain(
    '<a href="https://a.example/?x=1&amp;y=2" rel="nofollow noopener ugc">a</a>',
  );
  expect(render("<mailto:a@b.example> http://c.example www.d.example")).toMatch(
    /href="mailto:a@b\.example" rel=.*href="http:\/\/c\.example" rel=.*href="http:\/\/www\.d\.example" rel=/,
  );
});

it.each([
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](java\nscript:alert(1))",
  "[x](&#106;avascript:alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](vbscript:x)",
  "[x](//evil.example)",
  "[x](/v1/setup)",
  "[x](#overview)",
  "[x](ftp://a.example)",
  "[x](irc://a.example)",
  "[x]: javascript:alert(1)\n\n[x]",
])("keeps the words and drops the link of %j", (markdown) => {
  const html = render(markdown);
  expect(html).not.toMatch(/<a\b/);
  expect(html).not.toMatch(/href/);
});

it.each([
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<iframe src=//evil.example></iframe>",
  "<style>body{display:none}</style>",
  "a <b onclick=x>b</b>",
  "<!-- x --><form action=/v1/setup>",
  "<a href='javascript:x'>y</a>",
  "<details open ontoggle=alert(1)>",
])("shows raw HTML as text: %j", (markdown) => {
  const tags = [...render(markdown).matchAll(/<\/?([a-z0-9]+)/g)].map(([, name]) => name);
  expect(tags.filter((name) => name !== "p")).toEqual([]);
});

it("takes pictures out of the bundle only", () => {
  expect(render("![The board](screenshots/board.png)")).toContain(
    `<img src="/f/${SHA256}/screenshots/board.png" alt="The board" loading="lazy">`,
  );
  for (const source of [
    "https://tracker.example/a.png",
    "//tracker.example/a.png",
    "/f/x.png",
    "../screenshots/a.png",
    "screenshots/../../v1/x.png",
    "screenshots/a.svg",
    "data:image/png;base64,AA",
    "screenshots/%2e%2e/a.png",
  ]) {
    const html = render(`![words](${source})`);
    expect(html, source).not.toContain("<img");
    expect(html).toContain("words");
  }
});

it("cannot be talked out of an attribute", () => {
  const html = render('![a" onerror="x](screenshots/a.png "t\\" onload=x") [b](https://b.example/"onclick=x "c\\" d")');
  expect(html.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/\son(?:error|load|click)/);
  expect(html).toContain('alt="a&quot; onerror=&quot;x"');
});

it("balances what is left when a link inside another is dropped", () => {
  const html = render("[out [in](javascript:x) www.a.example](https://b.example) [![i](x.png)](javascript:y)");
  expect(html.match(/<a\b/g)?.length ?? 0).toBe(html.match(/<\/a>/g)?.length ?? 0);
});

it.each([
  ["emphasis that never closes", "*a_ ".repeat(30_000)],
  ["brackets", "[".repeat(120_000)],
  ["pictures", "![".repeat(60_000)],
  ["links in links", "[a](b".repeat(25_000)],
  ["quotes in quotes", "> ".repeat(60_000)],
  ["lists in lists", `${"- ".repeat(60_000)}x`],
  ["numbers in numbers", `${"1. ".repeat(40_000)}x`],
  ["a table without end", `${"|a".repeat(30_000)}\n${"|-".repeat(30_000)}\n`],
  ["backticks of every length", Array.from({ length: 480 }, (_, length) => "`".repeat(length)).join(" ")],
  ["emphasis in many paragraphs", "*a_ ".repeat(400).concat("\n\n").repeat(80)],
  ["deep lists by indent", Array.from({ length: 480 }, (_, depth) => `${" ".repeat(depth)}- x`).join("\n")],
  ["references to nothing", "[a][b] ".repeat(18_000)],
  ["addresses", "www.a@".repeat(20_000)],
  ["entities", "&amp".repeat(30_000)],
  ["footnotes", Array.from({ length: 4000 }, (_, number) => `[^${number}]: x\n`).join("") + "[^1]".repeat(4000)],
])("comes to an end with %s", (_, markdown) => {
  expect(render(markdown).length).toBeGreaterThan(0);
});

if (existsSync(VECTORS)) {
  it("lets no naughty string make an element that Markdown does not have", () => {
    const strings: { s: string }[] = JSON.parse(readFileSync(VECTORS, "utf8"));
    const allowed =
      /^<\/?(?:p|h[3-6]|strong|em|del|code|pre|ul|ol|li|blockquote|hr|br|table|thead|tbody|tr|th|td)(?: (?:class="language-[^"<>]*"|align="[a-z]+"|start="\d+"))*(?: \/)?>$|^<a href="(?:https?:\/\/|mailto:)[^"<>]*" rel="nofollow noopener ugc">$|^<\/a>$|^<\/?div[^<>]*>$/;
    for (const { s } of strings)
      for (const markdown of [s, `# ${s}`, `[x](${s})`, `![${s}](${s})`, `\`${s}\``, `| ${s} |\n|---|\n| ${s} |`])
        for (const [tag] of render(markdown).matchAll(/<[^>]*>/g)) expect(tag, markdown).toMatch(allowed);
  });
} else {
  it("has its own strings only: the naughty strings of the vectors are not here", () => {
    expect(existsSync(VECTORS)).toBe(false);
  });
}
