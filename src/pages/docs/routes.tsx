import type { Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import { pageResponse, type Reader, type Rendered, readerOf, render } from "../respond.ts";
import { readDocs } from "./docs.ts";
import { DocsOverview, DocsSearchPage } from "./overview.tsx";
import { DocsPage } from "./page.tsx";
import { MAX_QUERY_CHARS } from "./search.ts";

/** Pages of one build never change: each is drawn once per isolate and language. */
const drawn = new Map<string, Promise<Rendered>>();

function keep(slug: string, reader: Reader, draw: () => Parameters<typeof render>[0]): Promise<Rendered> {
  const key = `${reader.language} ${slug}`;
  const kept = drawn.get(key) ?? render(draw(), reader);
  drawn.set(key, kept);
  return kept;
}

/** `/docs`, its search, and every page below it. */
// biome-ignore lint/suspicious/noExplicitAny: these pages need nothing of the environment
export function registerDocs(app: Hono<any>): void {
  app.get(paths.docs(), async (context) => {
    const reader = readerOf(context.req.raw, context.get("world"));
    const query = (context.req.query("q") ?? "").trim().slice(0, MAX_QUERY_CHARS).toWellFormed();
    const page =
      query === "" ? keep("", reader, () => <DocsOverview />) : render(<DocsSearchPage query={query} />, reader);
    return pageResponse(context.req.raw, await page);
  });

  app.get("/docs/", (context) => context.redirect(paths.docs(), 308));

  app.get("/docs/:slug{[a-z][a-z0-9-]{0,40}}", async (context) => {
    const page = readDocs().find(({ slug }) => slug === context.req.param("slug"));
    if (page === undefined) return context.notFound();
    const reader = readerOf(context.req.raw, context.get("world"));
    return pageResponse(context.req.raw, await keep(page.slug, reader, () => <DocsPage page={page} />));
  });
}
