import type { Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import { readDocs } from "../docs/docs.ts";
import { textResponse } from "../respond.ts";
import type { VisitorEnv } from "../visitor.ts";
import { LANGUAGES } from "../words/language.ts";
import { localizedPath } from "../words/links.tsx";
import { instant, xmlText } from "./xml.ts";

/** Ids of plugins in one file; each plugin is one address, so a file stays far below the 50,000 that are allowed. */
const CHUNK = 10_000;
const MAX_PUBLISHERS = 20_000;
const XML = "application/xml; charset=utf-8";

interface Entry {
  readonly path: string;
  /** Unix seconds of its last change, where one is known. */
  readonly at?: number;
}

/** `/sitemap.xml` and its parts: public pages only, each with the time of its last true change. */
export function registerSiteMap(app: Hono<VisitorEnv>): void {
  app.get(paths.siteMap(), async (context) => {
    const { showcase, site } = context.get("world");
    const chunks = await showcase.siteChunks(CHUNK);
    const parts: readonly Entry[] = [
      { path: paths.siteMapPart("pages") },
      { path: paths.siteMapPart("publishers"), ...lastOf(chunks) },
      ...chunks.map(({ chunk, updatedAt }) => ({ path: paths.siteMapPart(`plugins-${chunk}`), at: updatedAt })),
    ];
    const items = parts.map(
      ({ path, at }) => `<sitemap><loc>${xmlText(site.origin + path)}</loc>${time(at)}</sitemap>`,
    );
    return textResponse(context.req.raw, document("sitemapindex", items), XML);
  });

  app.get("/sitemaps/pages.xml", async (context) => {
    const { showcase, site } = context.get("world");
    const collections = await showcase.collections();
    const entries: readonly Entry[] = [
      ...[paths.home(), paths.plugins(), paths.collections(), paths.docs()].map((path) => ({ path })),
      ...collections.map(({ slug, updatedAt }) => ({ path: paths.collection(slug), at: updatedAt })),
      ...readDocs().map(({ slug }) => ({ path: paths.doc(slug) })),
    ];
    return textResponse(context.req.raw, urls(entries, site.origin), XML);
  });

  app.get("/sitemaps/publishers.xml", async (context) => {
    const { showcase, site } = context.get("world");
    const publishers = await showcase.publishers(MAX_PUBLISHERS);
    const entries = publishers.map(({ handle, updatedAt }) => ({ path: paths.publisher(handle), at: updatedAt }));
    return textResponse(context.req.raw, urls(entries, site.origin), XML);
  });

  app.get("/sitemaps/:part{plugins-[0-9]{1,6}\\.xml}", async (context) => {
    const { showcase, site } = context.get("world");
    const chunk = Number(/[0-9]+/.exec(context.req.param("part"))?.[0]);
    const found = await showcase.siteEntries(chunk, CHUNK);
    if (found.length === 0) return context.notFound();
    const entries = found.map(({ name, updatedAt }) => ({ path: paths.plugin(name), at: updatedAt }));
    return textResponse(context.req.raw, urls(entries, site.origin), XML);
  });
}

function urls(entries: readonly Entry[], origin: string): string {
  const items = entries.map(({ path, at }) => {
    const others = LANGUAGES.map(
      (language) =>
        `<xhtml:link rel="alternate" hreflang="${language}" href="${xmlText(origin + localizedPath(path, language))}"/>`,
    );
    return `<url><loc>${xmlText(origin + path)}</loc>${time(at)}${others.join("")}</url>`;
  });
  return document("urlset", items);
}

function document(element: "sitemapindex" | "urlset", items: readonly string[]): string {
  const xhtml = element === "urlset" ? ' xmlns:xhtml="http://www.w3.org/1999/xhtml"' : "";
  return `<?xml version="1.0" encoding="utf-8"?>
<${element} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"${xhtml}>
${items.join("\n")}
</${element}>
`;
}

function time(at: number | undefined): string {
  return at === undefined ? "" : `<lastmod>${instant(at)}</lastmod>`;
}

function lastOf(chunks: readonly { readonly updatedAt: number }[]): { at?: number } {
  return chunks.length === 0 ? {} : { at: Math.max(...chunks.map(({ updatedAt }) => updatedAt)) };
}
