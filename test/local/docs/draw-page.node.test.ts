import { describe, expect, it } from "vitest";
import * as z from "zod";
import { drawPage } from "../../../src/local/docs/draw-page.ts";
import { table } from "../../../src/local/docs/markdown-table.ts";
import { limitsOf, renderShape, schemaOf } from "../../../src/local/docs/schema-shape.ts";

describe("a page", () => {
  it("has title, description, anchors and the text of each part", () => {
    const page = drawPage(
      "x",
      "S",
      "# The `T` page\n\nWhat it *is*.\n\n## Two words\n\nBelow.\n\n### `GET /a` {#ask}\n\nDeep.\n",
    );
    expect(page).toMatchObject({ title: "The T page", description: "What it is." });
    expect(page.parts.map(({ id, level, text }) => [id, level, text])).toEqual([
      ["", 1, "What it is."],
      ["two-words", 2, "Below."],
      ["ask", 3, "Deep."],
    ]);
    expect(page.html).toContain('<h2 id="two-words">Two words <a class="anchor" href="#two-words"');
  });

  it("shows raw HTML as text and keeps no inline style", () => {
    const { html } = drawPage("x", "S", "# T\n\n<b onclick=x>no</b>\n\n| a |\n|:-:|\n| b |\n");
    expect(html).toContain("&lt;b onclick");
    expect(html).not.toMatch(/align=|style=/);
  });

  it("colors code without changing a letter of it", () => {
    const code = 'const a = "<b>"; // "why"\n';
    const { html } = drawPage("x", "S", `# T\n\n\`\`\`ts\n${code}\`\`\`\n`);
    expect(html).toContain('<span class="hl-k">const</span>');
    const text = html
      .replace(/<[^>]+>/g, "")
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"');
    expect(text.trim()).toBe(code.trim());
  });

  it("is refused without a title, and with two equal anchors", () => {
    expect(() => drawPage("x", "S", "No title\n")).toThrow(/title/);
    expect(() => drawPage("x", "S", "# T\n\n## Same\n\n## Same\n")).toThrow(/two headings/);
  });
});

describe("a schema", () => {
  it("reads as a type", () => {
    const schema = schemaOf(
      z.object({ id: z.string(), state: z.enum(["a", "b"]).optional(), list: z.array(z.int().nullable()) }),
    );
    expect(renderShape(schema)).toBe('{ id: string; state?: "a" | "b"; list: (number | null)[] }');
  });

  it("that names itself ends", () => {
    const node: z.ZodType = z
      .object({
        get next() {
          return z.optional(node);
        },
      })
      .meta({ id: "Node" });
    expect(renderShape(schemaOf(node)).length).toBeLessThan(200);
  });

  it("tells its limits in words", () => {
    expect(limitsOf(schemaOf(z.string().min(3).max(50)))).toBe("3–50 characters");
    expect(limitsOf(schemaOf(z.int().min(0).default(5)))).toBe("at least 0, default `5`");
    expect(limitsOf(schemaOf(z.int()))).toBe("");
  });
});

it("keeps a table whole whatever stands in its cells", () => {
  expect(table(["a"], [["x|y\nz"]])).toBe("| a |\n|---|\n| x\\|y z |");
});
