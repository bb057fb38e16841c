import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { paths } from "../contract/paths.ts";

const MAX_RUNS_PER_BLOCK = 500;
const MAX_RUNS = 8000;
const MAX_BRACKETS_PER_BLOCK = 2000;
const MAX_PIPES_PER_BLOCK = 2000;
const MAX_CODE_STEPS = 5_000_000;
const MAX_NESTING = 20;

/**
 * A publisher's Markdown as HTML that is safe below our origin: raw HTML is shown as text, links lead to http(s) and
 * mailto only and carry no authority, pictures come from the bundle `sha256` only. Its headings of level `top` become
 * level 3 of the page. Text that would take the parser unreasonably long is shown as it is.
 */
export function renderMarkdown(markdown: string, sha256: string, top: 1 | 2 = 1): string {
  if (!parsesCheaply(markdown)) return `<pre>${escapeText(markdown)}</pre>`;
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  return confine(html, sha256, 3 - top);
}

/**
 * micromark takes quadratic time within a block: 80 KB of `*a_ ` take 40 seconds, and every run of backticks looks for its
 * like up to the end. What a person writes stays far below these bounds.
 */
function parsesCheaply(markdown: string): boolean {
  let runs = 0;
  let codeSteps = 0;
  for (const block of markdown.split(/\n[ \t]*\r?\n/)) {
    const found = count(block, /[*_~]+/g);
    runs += found;
    codeSteps += count(block, /`+/g) * block.length;
    if (found > MAX_RUNS_PER_BLOCK || runs > MAX_RUNS || codeSteps > MAX_CODE_STEPS) return false;
    if (count(block, /[[\]]/g) > MAX_BRACKETS_PER_BLOCK || count(block, /\|/g) > MAX_PIPES_PER_BLOCK) return false;
  }
  return !markdown.split("\n").some((line) => nesting(line) > MAX_NESTING);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** How many block quotes and list items one line opens. */
function nesting(line: string): number {
  const opening = /^[ \t]*(?:(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]))[ \t]*)*/.exec(line)?.[0] ?? "";
  return /^[-*\s]*$/.test(line) ? 0 : (opening.match(/>|[-+*]|\d+/g)?.length ?? 0);
}

/**
 * micromark encodes `<` and `"` of everything a person wrote, so every tag found here is one it made itself. A link that
 * may not stay loses its tags and keeps its words; a picture becomes its description.
 */
function confine(html: string, sha256: string, demotion: number): string {
  const kept: boolean[] = [];
  return html
    .replace(/<a href="([^"]*)"([^>]*)>|<\/a>/g, (tag, href: string | undefined, rest: string | undefined) => {
      if (href === undefined) return kept.pop() ? tag : "";
      const isOurs = href.startsWith("#user-content-");
      const stays = isOurs || /^(?:https?:\/\/|mailto:)/i.test(href);
      kept.push(stays);
      if (!stays) return "";
      return isOurs ? `<a href="${href}"${rest}>` : `<a href="${href}" rel="nofollow noopener ugc">`;
    })
    .replace(/<img src="([^"]*)" alt="([^"]*)"[^>]*\/>/g, (_, src: string, alt: string) => {
      const file = bundledPicture(src);
      return file === null ? alt : `<img src="${paths.file(sha256, file)}" alt="${alt}" loading="lazy">`;
    })
    .replace(
      /<(\/?)h([1-6])/g,
      (_, slash: string, level: string) => `<${slash}h${Math.min(Math.max(Number(level) + demotion, 3), 6)}`,
    )
    .replace(/<input type="checkbox" disabled=""( checked="")? ?\/?>/g, (_, checked?: string) => (checked ? "☑" : "☐"))
    .replace(/<table>/g, '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table>')
    .replace(/<\/table>/g, "</table></div>");
}

/** A picture of the bundle, as the README names it; null for anything elsewhere. */
function bundledPicture(src: string): string | null {
  const file = src.replace(/^\.\//, "");
  return /^(?:icons|screenshots)\/[A-Za-z0-9_-][A-Za-z0-9._-]*\.(?:png|jpg|jpeg)$/.test(file) ? file : null;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
