import { type Context, Hono } from "hono";
import { paths } from "../contract/paths.ts";
import type { Principal } from "../domain/account/principal.ts";
import { countFacets } from "../market/catalogue/count-facets.ts";
import { listReviews } from "../market/catalogue/list-reviews.ts";
import { searchCatalogue } from "../market/catalogue/search-catalogue.ts";
import { showPlugin } from "../market/catalogue/show-plugin.ts";
import type { World } from "../market/ports.ts";
import { createAccountPages } from "./account/routes.tsx";
import { createConsolePages } from "./console/routes.tsx";
import { registerDocs } from "./docs/routes.tsx";
import { schemaResponse } from "./docs/schema.ts";
import { HomePage, type HomeView } from "./home.tsx";
import { createKept } from "./kept.ts";
import { LEGAL, LegalPage } from "./legal.tsx";
import { ListPage } from "./list.tsx";
import { EVERYTHING, parseListState, toCatalogueQuery } from "./list-state.ts";
import { FailurePage, NotFoundPage } from "./lost.tsx";
import { registerOffline } from "./offline.tsx";
import { PluginPage, type PluginView } from "./plugin/page.tsx";
import { ReleasePage } from "./plugin/release.tsx";
import { registerPluginUi } from "./plugin-ui/routes.ts";
import { isReason, ProblemPage } from "./problem.tsx";
import { createPublishPages } from "./publish/routes.tsx";
import { errorPageResponse, pageResponse, type Rendered, readerOf, render } from "./respond.ts";
import { registerSalesPages } from "./sales/routes.tsx";
import { type Language, languageOf } from "./words/language.ts";
import { registerLanguage } from "./words/routes.ts";

interface PagesEnv {
  Variables: { readonly world: World; readonly requestId: string };
  Bindings: { readonly ASSETS: Fetcher };
}

const VISITOR: Principal = { kind: "anonymous" };
const POPULAR = 6;
const NEWEST = 3;
const REVIEWS = 20;
/** A busy page asks the database every two seconds, not at every request; visitors' browsers keep it for sixty anyway. */
const KEPT = { entries: 200, freshFor: 2000 };

/** The HTML wing: pages for visitors. They need no script, set no cookie and load nothing from elsewhere. */
export function createPages(): Hono<PagesEnv> {
  const app = new Hono<PagesEnv>();
  const kept = createKept(KEPT);

  async function keep<V>(
    context: Context<PagesEnv>,
    load: () => Promise<V | null>,
    draw: (view: V) => Parameters<typeof render>[0],
  ): Promise<Response> {
    const reader = readerOf(context.req.raw, context.get("world"));
    const key = `${reader.language} ${context.req.path}`;
    const now = context.get("world").clock.now();
    const fresh = kept.fresh(key, now);
    if (fresh !== null) return pageResponse(context.req.raw, fresh);
    const view = await load();
    if (view === null) {
      kept.drop(key);
      return context.notFound();
    }
    return pageResponse(context.req.raw, await kept.draw(key, view, now, () => render(draw(view), reader)));
  }

  async function page(context: Context<PagesEnv>, tree: Parameters<typeof render>[0]): Promise<Response> {
    return pageResponse(context.req.raw, await render(tree, readerOf(context.req.raw, context.get("world"))));
  }

  app.get(paths.home(), (context) =>
    keep(
      context,
      () => loadHome(context.get("world")),
      (view) => <HomePage view={view} />,
    ),
  );

  app.get(paths.plugins(), async (context) => {
    const state = parseListState(new URL(context.req.url).searchParams);
    const found = await searchCatalogue(context.get("world"), toCatalogueQuery(state), VISITOR);
    return page(context, <ListPage view={{ state, page: found }} />);
  });
  app.get("/plugins/", (context) => moved(paths.plugins() + new URL(context.req.url).search));

  // Instances link to /plugins/{id}.
  app.get("/plugins/:id{[1-9][0-9]{0,14}}", async (context) => {
    const found = await showPlugin(context.get("world"), { id: context.req.param("id") }, VISITOR);
    return found.ok ? moved(paths.plugin(found.value.name)) : context.notFound();
  });

  app.get("/plugins/:name{[a-z][a-z0-9-]{0,63}}", (context) =>
    keep(
      context,
      () => loadPlugin(context.get("world"), context.req.param("name")),
      (view) => <PluginPage view={view} />,
    ),
  );

  app.get("/plugins/:name{[a-z][a-z0-9-]{0,63}}/:version{[0-9][0-9A-Za-z.+-]{0,63}}", async (context) => {
    const found = await showPlugin(context.get("world"), { name: context.req.param("name") }, VISITOR);
    const row = found.ok && found.value.versions.find(({ version }) => version === context.req.param("version"));
    if (!found.ok || !row) return context.notFound();
    return page(context, <ReleasePage view={{ plugin: found.value, row }} />);
  });

  app.get("/problems/:code{[A-Za-z0-9_]{1,64}}", async (context) => {
    const code = context.req.param("code");
    if (!isReason(code)) return context.notFound();
    return page(context, <ProblemPage reason={code} />);
  });

  for (const [path, text] of [
    [paths.imprint(), LEGAL.imprint],
    [paths.privacy(), LEGAL.privacy],
    [paths.terms(), LEGAL.terms],
  ] as const)
    app.get(path, (context) => page(context, <LegalPage text={text} />));

  registerLanguage(app);
  registerSalesPages(app);
  registerDocs(app);
  registerOffline(app);
  registerPluginUi(app);
  app.route("/", createAccountPages());
  app.route("/", createConsolePages());
  app.route("/", createPublishPages());
  app.get(paths.manifestSchema(), (context) => schemaResponse(context.req.raw, context.get("world").site.origin));

  app.get("/robots.txt", async (context) => {
    const file = await context.env.ASSETS.fetch(context.req.raw);
    return new Response(file.body, file);
  });
  app.get("/favicon.ico", () => moved(paths.asset("mark.svg")));
  return app;
}

/** Whether a person in a browser asked, who should read a page rather than a problem document. */
export function wantsPage(request: Request): boolean {
  if (request.method !== "GET" && request.method !== "HEAD") return false;
  if (new URL(request.url).pathname.startsWith("/v1/")) return false;
  return /(?:^|,)\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|,|$)/i.test(request.headers.get("accept") ?? "");
}

const notFound = new Map<Language, Promise<Rendered>>();

/** 404 for browsers. */
export async function notFoundResponse(request: Request): Promise<Response> {
  const language = languageOf(request);
  const kept = notFound.get(language) ?? render(<NotFoundPage />, { language, origin: "" });
  notFound.set(language, kept);
  return errorPageResponse(await kept, 404);
}

/** 500 for browsers. */
export async function failureResponse(request: Request, requestId: string): Promise<Response> {
  const reader = { language: languageOf(request), origin: "" };
  return errorPageResponse(await render(<FailurePage requestId={requestId} />, reader), 500);
}

async function loadHome(world: World): Promise<HomeView> {
  const popular = { ...toCatalogueQuery(EVERYTHING), limit: POPULAR };
  const newest = { ...popular, sort: "createdAt", direction: "desc", limit: NEWEST } as const;
  const [best, latest, facets] = await Promise.all([
    searchCatalogue(world, popular, VISITOR),
    searchCatalogue(world, newest, VISITOR),
    countFacets(world),
  ]);
  return {
    popular: best.items,
    // A small catalogue stands above in full.
    newest: best.total > POPULAR ? latest.items : [],
    categories: facets.categories,
    total: best.total,
  };
}

async function loadPlugin(world: World, name: string): Promise<PluginView | null> {
  const found = await showPlugin(world, { name }, VISITOR);
  if (!found.ok) return null;
  const reviews = await listReviews(world, found.value.id, { page: 1, limit: REVIEWS });
  return { plugin: found.value, reviews, marketplace: world.site.marketplace };
}

function moved(location: string): Response {
  return new Response(null, { status: 308, headers: { location, "cache-control": "public, max-age=60" } });
}
