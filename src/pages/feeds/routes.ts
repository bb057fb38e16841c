import type { Hono } from "hono";
import { type FeedOf, paths } from "../../contract/paths.ts";
import { CATEGORIES } from "../../domain/manifest/permissions.ts";
import type { World } from "../../market/ports.ts";
import type { ReleaseNews } from "../../market/showcase/ports.ts";
import { EVERYTHING, listPath } from "../list-state.ts";
import { textResponse } from "../respond.ts";
import { moved, type VisitorContext, type VisitorEnv } from "../visitor.ts";
import { atomText, type Feed, type FeedEntry, jsonText } from "./feed.ts";
import { llmsText } from "./llms.ts";
import { registerSiteMap } from "./site-map.ts";

/** Entries of a feed. */
const SHOWN = 50;
const KINDS = { atom: "application/atom+xml; charset=utf-8", json: "application/feed+json; charset=utf-8" } as const;
type Kind = keyof typeof KINDS;
const KIND = ":file{feed\\.(?:atom|json)}";

/** What programs read of the public pages: feeds, the site map, robots.txt, llms.txt. */
export function registerFeeds(app: Hono<VisitorEnv>): void {
  app.get(`/${KIND}`, (context) => answer(context, {}, "New and updated plugins", paths.plugins()));

  app.get(`/categories/:category{${CATEGORIES.join("|")}}/${KIND}`, (context) => {
    const category = CATEGORIES.find((known) => known === context.req.param("category"));
    const title = `Plugins: ${context.req.param("category")}`;
    return answer(context, { category: context.req.param("category") }, title, listPath({ ...EVERYTHING, category }));
  });
  app.get(`/categories/:category{${CATEGORIES.join("|")}}`, (context) =>
    moved(listPath({ ...EVERYTHING, category: CATEGORIES.find((known) => known === context.req.param("category")) })),
  );

  app.get(`/publishers/:handle{[a-z0-9][a-z0-9-]{0,63}}/${KIND}`, async (context) => {
    const handle = context.req.param("handle");
    const profile = await context.get("world").showcase.publisher(handle);
    if (profile === null) return context.notFound();
    return answer(context, { publisher: handle }, `Plugins by ${profile.displayName}`, paths.publisher(handle));
  });

  app.get(`/plugins/:name{[a-z][a-z0-9-]{0,63}}/${KIND}`, async (context) => {
    const name = context.req.param("name");
    const news = await context.get("world").showcase.news({ plugin: name }, 1);
    if (news[0] === undefined) return context.notFound();
    return answer(context, { plugin: name }, `Releases of ${news[0].displayName}`, paths.plugin(name));
  });

  app.get("/robots.txt", (context) => {
    const text = `${ROBOTS}Sitemap: ${originOf(context)}${paths.siteMap()}\n`;
    return textResponse(context.req.raw, text, "text/plain; charset=utf-8");
  });
  app.get("/llms.txt", (context) =>
    textResponse(context.req.raw, llmsText(originOf(context)), "text/markdown; charset=utf-8"),
  );
  registerSiteMap(app);
}

/** People's own pages, answers for programs and every combination of filters: nothing there is for search engines. */
const ROBOTS = `User-agent: *
Disallow: /v1/
Disallow: /account
Disallow: /console
Disallow: /publish
Disallow: /desk
Disallow: /sign-in
Disallow: /checkout/
Disallow: /invoices/
Disallow: /language
Disallow: /plugins?*query=
Allow: /

`;

function originOf(context: VisitorContext): string {
  return (context.get("world") as World).site.origin;
}

async function answer(context: VisitorContext, of: FeedOf, title: string, page: string): Promise<Response> {
  const { showcase, site } = context.get("world");
  const kind: Kind = context.req.param("file") === "feed.json" ? "json" : "atom";
  const news = await showcase.news(of, SHOWN);
  const feed: Feed = {
    title: `${title} – Rising BSM Marketplace`,
    page: site.origin + page,
    self: site.origin + paths.feed(kind, of),
    entries: news.map((item) => entryOf(item, site.origin)),
  };
  const text = kind === "json" ? jsonText(feed, site.origin) : atomText(feed, site.origin);
  return textResponse(context.req.raw, text, KINDS[kind]);
}

function entryOf(news: ReleaseNews, origin: string): FeedEntry {
  return {
    page: origin + paths.release(news.name, news.version),
    title: `${news.displayName} ${news.version}`,
    author: { name: news.publisher.displayName, page: origin + paths.publisher(news.publisher.handle) },
    summary: news.description,
    lines: news.changes,
    tags: [news.category],
    at: news.publishedAt,
  };
}
