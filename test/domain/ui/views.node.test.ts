import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/domain/json/json.ts";
import { MAX_BLOCKS, readView } from "../../../src/domain/ui/blocks.ts";
import { readCall, readHeight, readTheme } from "../../../src/domain/ui/messages.ts";
import { renderView } from "../../../src/domain/ui/render.ts";
import { findSlot } from "../../../src/domain/ui/slots.ts";

const EVIL = `"><script>alert('x')</script>`;
const ACTION = { method: "POST", path: "/notes" };
const text = { type: "text", text: "x" };

function rendered(...blocks: Json[]): string {
  const view = readView({ blocks });
  if (!view.ok) throw new Error(JSON.stringify(view.problem));
  return renderView(view.value, { address: "/ui/uit_a", route: "/home" });
}

describe("a view", () => {
  it("escapes every text, wherever a block puts it", () => {
    const html = rendered(
      { type: "heading", text: EVIL },
      { type: "alert", title: EVIL, text: EVIL },
      { type: "stats", items: [{ label: EVIL, value: EVIL, note: EVIL }] },
      {
        type: "table",
        caption: EVIL,
        columns: [{ key: "a", label: EVIL }],
        rows: [{ a: EVIL }, { a: { text: EVIL, href: "/x" } }],
      },
      { type: "table", columns: [{ key: "a", label: "A" }], rows: [], empty: EVIL },
      {
        type: "chart",
        kind: "line",
        title: EVIL,
        labels: [EVIL],
        series: [
          { name: EVIL, values: [1] },
          { name: EVIL, values: [-1] },
        ],
      },
      {
        type: "form",
        action: ACTION,
        submit: EVIL,
        fields: [
          { name: "a", label: EVIL, value: EVIL, help: EVIL },
          { name: "b", label: "B", kind: "textarea", value: `</textarea>${EVIL}` },
          { name: "c", label: "C", kind: "select", options: [{ value: EVIL, label: EVIL }] },
          { name: "d", label: "D", kind: "number", value: EVIL },
        ],
      },
      { type: "button", text: EVIL, action: ACTION, values: { a: EVIL } },
      { type: "link", text: EVIL, href: "https://x.example/'onmouseover='" },
      { type: "columns", columns: [[{ type: "text", text: EVIL }]] },
      { type: "tabs", tabs: [{ title: EVIL, blocks: [{ type: "text", text: EVIL }] }] },
    );
    expect(html).not.toContain("<script");
    expect(html).not.toMatch(/["'>]onmouseover|'x'/);
    expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThan(25);
  });

  it("shows values, choices and links as they were meant", () => {
    const html = rendered(
      { type: "form", action: ACTION, fields: [{ name: "on", label: "On", kind: "checkbox", value: true }] },
      { type: "link", text: "Next", href: "/notes/2?page=1" },
      { type: "link", text: "Out", href: "https://example.com/a?b=c" },
      { type: "table", columns: [{ key: "n", label: "N" }], rows: [{ n: 3 }, { n: null }, {}] },
    );
    expect(html).toContain('type="checkbox" name="on" value="true" checked');
    expect(html).toContain('href="/ui/uit_a?rbsm-route=%2Fnotes%2F2%3Fpage%3D1"');
    expect(html).toContain('href="https://example.com/a?b=c" target="_blank" rel="noopener noreferrer nofollow"');
    expect(html).toContain('method="post" action="/ui/uit_a"');
  });

  const nested = (depth: number): Json => (depth === 0 ? text : { type: "columns", columns: [[nested(depth - 1)]] });
  it.each<[string, Json]>([
    ["markup", { type: "html", html: "<b>" }],
    ["an unknown member", { ...text, onclick: "x" }],
    ["javascript:", { type: "link", text: "x", href: "javascript:alert(1)" }],
    ["data:", { type: "link", text: "x", href: "data:text/html,x" }],
    ["http:", { type: "link", text: "x", href: "http://example.com" }],
    ["an address without a scheme", { type: "link", text: "x", href: "//evil.example" }],
    ["somebody else's name before @", { type: "link", text: "x", href: "https://bank.example@evil.example/" }],
    ["a way up", { type: "link", text: "x", href: "/../../v1" + "\\" }],
    [
      "a form elsewhere",
      { type: "form", action: { method: "POST", path: "https://evil.example" }, fields: [{ name: "a", label: "A" }] },
    ],
    ["a field of ours", { type: "form", action: ACTION, fields: [{ name: "rbsm-action", label: "A" }] }],
    [
      "a chart with a gap",
      { type: "chart", kind: "bar", title: "x", labels: ["a", "b"], series: [{ name: "s", values: [1] }] },
    ],
    [
      "too many series",
      { type: "chart", kind: "bar", title: "x", labels: ["a"], series: Array(5).fill({ name: "s", values: [1] }) },
    ],
    ["too deep a tree", nested(4)],
    ["too long a text", { type: "text", text: "x".repeat(4001) }],
  ])("is refused for %s", (_, block) => {
    expect(readView({ blocks: [block] }).ok).toBe(false);
  });

  it("is refused when it is huge, however it is nested", () => {
    const many = (count: number) => Array.from({ length: count }, () => text);
    expect(readView({ blocks: many(MAX_BLOCKS) }).ok).toBe(true);
    expect(readView({ blocks: many(MAX_BLOCKS + 1) }).ok).toBe(false);
    expect(readView({ blocks: [{ type: "columns", columns: [many(150), many(150)] }] }).ok).toBe(false);
    const table = { type: "table", columns: [{ key: "a", label: "A" }], rows: Array(200).fill({ a: 1 }) };
    expect(readView({ blocks: Array(12).fill(table) }).ok).toBe(true);
    expect(readView({ blocks: Array(13).fill(table) }).ok).toBe(false);
    for (const value of [null, [], "x", {}, { blocks: {} }]) expect(readView(value).ok).toBe(false);
  });
});

describe("a message", () => {
  it("is a call only with a known method, a path of the plugin and an id", () => {
    const call = { rbsm: 1, id: "a-1", method: "POST", path: "/notes/1?x=1", body: { a: 1 } };
    expect(readCall(call)).toEqual(call);
    const wrong = [
      { rbsm: 2 },
      { id: 7 },
      { id: "" },
      { method: "TRACE" },
      { path: "notes" },
      { path: "//x" },
      { path: "https://x" },
    ];
    for (const one of wrong) expect(readCall({ ...call, ...one }), JSON.stringify(one)).toBeNull();
    for (const data of [null, "x", 7, []]) expect(readCall(data)).toBeNull();
  });

  it("bounds heights", () => {
    expect(readHeight({ rbsm: 1, height: 12.2 })).toBe(13);
    expect(readHeight({ rbsm: 1, height: 1e9 })).toBe(20_000);
    for (const height of [-1, Number.NaN, "9", null]) expect(readHeight({ rbsm: 1, height })).toBeNull();
  });

  it("takes known tokens with plain values out of a theme", () => {
    const tokens = { primary: "hsl(142 76% 36%)", background: "red;}", text: "url(x)", other: "red", radius: 4 };
    expect(readTheme({ rbsm: 1, theme: { mode: "dark", tokens } })).toEqual({
      mode: "dark",
      tokens: { primary: "hsl(142 76% 36%)" },
    });
    expect(readTheme({ rbsm: 1, theme: "dark" })).toBeNull();
  });
});

it("a slot is found by its name, and none by a name of every object", () => {
  const ui = { pages: [{ id: "home", title: "Home", view: { route: "/home" } }] };
  expect(findSlot(ui, "page.home")?.title).toBe("Home");
  for (const name of ["widget.home", "page.none", "settings", "page.constructor", "toString"])
    expect(findSlot(ui, name)).toBeNull();
});
