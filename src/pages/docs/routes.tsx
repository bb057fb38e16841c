import type { Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import { pageResponse, type Rendered, render } from "../respond.ts";
import { readDocs } from "./docs.ts";
import { DocsOverview, DocsSearchPage } from "./overview.tsx";
import { DocsPage } from "./page.tsx";
import { MAX_QUERY_CHARS } from "./search.ts";

/** Pages of one build never change: each is drawn once per isolate. */
const drawn = new Map<string, Promise<Rendered>>();

function keep(key: string, draw: () => Parameters<typeof render>[0]): Promise<Rendered> {
  const kept = drawn.get(key) ?? render(draw());
  drawn.set(key, kept);
  return kept;
}

/** `/docs`, its search, and every page below it. */
// biome-ignore lint/suspicious/noExplicitAny: these pages need nothing of the environment
export function registerDocs(app: Hono<any>): void {
  app.get(paths.docs(), async (context) => {
    const query = (context.req.query("q") ?? "").trim().slice(0, MAX_QUERY_CHARS).toWellFormed();
    const page = query === "" ? keep("", () => <DocsOverview />) : render(<DocsSearchPage query={query} />);
    return pageResponse(context.req.raw, await page);
  });

  app.get("/docs/", (context) => context.redirect(paths.docs(), 308));

  app.get("/docs/:slug{[a-z][a-z0-9-]{0,40}}", async (context) => {
    const page = readDocs().find(({ slug }) => slug === context.req.param("slug"));
    if (page === undefined) return context.notFound();
    return pageResponse(context.req.raw, await keep(page.slug, () => <DocsPage page={page} />));
  });
}
