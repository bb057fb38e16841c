import { paths } from "../../contract/paths.ts";
import { instant, xmlText } from "./xml.ts";

/** News in order, the newest first. Addresses are absolute. */
export interface Feed {
  readonly title: string;
  /** Of the page that shows the same to people. */
  readonly page: string;
  /** Of this very feed. */
  readonly self: string;
  readonly entries: readonly FeedEntry[];
}

export interface FeedEntry {
  /** A page that stays; its address is the entry's identity. */
  readonly page: string;
  readonly title: string;
  readonly author: { readonly name: string; readonly page: string | null };
  readonly summary: string;
  readonly lines: readonly string[];
  readonly tags: readonly string[];
  /** Unix seconds. */
  readonly at: number;
}

/** RFC 4287. */
export function atomText(feed: Feed, origin: string): string {
  const updated = feed.entries[0]?.at ?? 0;
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>${xmlText(feed.title)}</title>
<id>${xmlText(feed.self)}</id>
<link rel="self" type="application/atom+xml" href="${xmlText(feed.self)}"/>
<link rel="alternate" type="text/html" href="${xmlText(feed.page)}"/>
<icon>${xmlText(origin + paths.asset("mark.svg"))}</icon>
<updated>${instant(updated)}</updated>
${feed.entries.map(entryText).join("")}</feed>
`;
}

function entryText({ page, title, author, summary, lines, tags, at }: FeedEntry): string {
  const uri = author.page === null ? "" : `<uri>${xmlText(author.page)}</uri>`;
  return `<entry>
<id>${xmlText(page)}</id>
<title>${xmlText(title)}</title>
<link rel="alternate" type="text/html" href="${xmlText(page)}"/>
<published>${instant(at)}</published>
<updated>${instant(at)}</updated>
<author><name>${xmlText(author.name)}</name>${uri}</author>
${tags.map((tag) => `<category term="${xmlText(tag)}"/>\n`).join("")}<summary>${xmlText(summary)}</summary>
<content type="html">${xmlText(htmlOf(summary, lines))}</content>
</entry>
`;
}

/** https://www.jsonfeed.org/version/1.1/ */
export function jsonText(feed: Feed, origin: string): string {
  return JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: feed.title,
    home_page_url: feed.page,
    feed_url: feed.self,
    icon: origin + paths.asset("card.png"),
    language: "en",
    items: feed.entries.map(({ page, title, author, summary, lines, tags, at }) => ({
      id: page,
      url: page,
      title,
      summary,
      content_html: htmlOf(summary, lines),
      date_published: instant(at),
      authors: [{ name: author.name, ...(author.page === null ? {} : { url: author.page }) }],
      tags,
    })),
  });
}

function htmlOf(summary: string, lines: readonly string[]): string {
  const list = lines.map((line) => `<li>${xmlText(line)}</li>`).join("");
  return `<p>${xmlText(summary)}</p>${list === "" ? "" : `<ul>${list}</ul>`}`;
}
