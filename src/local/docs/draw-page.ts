import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import type { DocPage, DocPart } from "../../pages/docs/docs.ts";
import { highlight } from "./highlight.ts";

const HEADING = /<h([1-6])>([\s\S]*?)<\/h\1>/g;

/**
 * A page of our own Markdown: the first heading is its title, the paragraph after it its description. `{#id}` at the end of
 * a heading names its anchor; otherwise its words do. Refuses a page without title or with two equal anchors.
 */
export function drawPage(slug: string, section: string, markdown: string): DocPage {
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  const [, title, body] = /^\s*<h1>([\s\S]*?)<\/h1>([\s\S]*)$/.exec(html) ?? [];
  if (title === undefined || body === undefined) throw new Error(`${slug} does not begin with a title`);
  const parts: DocPart[] = [];
  const anchored = body.replace(HEADING, (_, level: string, words: string) => {
    const { id, shown } = nameHeading(words);
    if (parts.some((part) => part.id === id)) throw new Error(`${slug} has two headings #${id}`);
    parts.push({ id, level: Number(level), heading: plainText(shown), text: "" });
    return `<h${level} id="${id}">${shown} <a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${level}>`;
  });
  const texts = body.split(/<h[1-6]>[\s\S]*?<\/h[1-6]>/).map(plainText);
  const description = plainText(/<p>([\s\S]*?)<\/p>/.exec(body)?.[1] ?? "");
  return {
    slug,
    title: plainText(title),
    description,
    section,
    html: dress(anchored),
    parts: [
      { id: "", level: 1, heading: "", text: texts[0] ?? "" },
      ...parts.map((part, index) => ({ ...part, text: texts[index + 1] ?? "" })),
    ],
  };
}

function nameHeading(words: string): { id: string; shown: string } {
  const named = /^([\s\S]*?)\s*\{#([a-zA-Z0-9-]+)\}$/.exec(words);
  if (named) return { id: named[2] as string, shown: named[1] as string };
  const id = plainText(words)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return { id, shown: words };
}

/** Code in color, tables that scroll, no inline style: the pages' policy allows none. */
function dress(html: string): string {
  return html
    .replace(
      /<pre><code(?: class="language-([\w-]+)")?>([\s\S]*?)<\/code><\/pre>/g,
      (_, language: string | undefined, code: string) =>
        `<pre tabindex="0" class="code"><code>${highlight(code.replace(/\n$/, ""), language ?? "")}</code></pre>`,
    )
    .replace(/ align="(left|center|right)"/g, "")
    .replace(/<table>\n<thead>\n<tr>\n(?:<th><\/th>\n)+<\/tr>\n<\/thead>/g, "<table>")
    .replace(/<table>/g, '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table>')
    .replace(/<\/table>/g, "</table></div>");
}

/** HTML → the words in it, on one line. */
export function plainText(html: string): string {
  return html
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .replace(/ ([.,;:)])/g, "$1")
    .trim();
}
