import { Hono } from "hono";
import { paths } from "../contract/paths.ts";
import { countFacets } from "../market/catalogue/count-facets.ts";
import { searchCatalogue } from "../market/catalogue/search-catalogue.ts";
import { countSearchFacets, searchPlugins } from "../market/catalogue/search-plugins.ts";
import type { CatalogueQuery } from "../market/catalogue/views.ts";
import type { World } from "../market/ports.ts";
import { createAccountPages } from "./account/routes.tsx";
import { registerAdvisoryPages } from "./advisories/routes.tsx";
import { registerBadges } from "./badges/routes.ts";
import { registerCollectionPages } from "./collections/routes.tsx";
import { createConsolePages } from "./console/routes.tsx";
import { createDeskPages } from "./desk/routes.tsx";
import { registerDocs } from "./docs/routes.tsx";
import { schemaResponse } from "./docs/schema.ts";
import { registerFeeds } from "./feeds/routes.ts";
import { HomePage, type HomeView } from "./home.tsx";
import { LEGAL, LegalPage } from "./legal.tsx";
import { ListPage } from "./list.tsx";
import { parseListState, toSearchQuery } from "./list-state.ts";
import { FailurePage, NotFoundPage } from "./lost.tsx";
import { registerOffline } from "./offline.tsx";
import { registerPluginPages } from "./plugin/routes.tsx";
import { registerPluginUi } from "./plugin-ui/routes.ts";
import { isReason, ProblemPage } from "./problem.tsx";
import { createPublishPages } from "./publish/routes.tsx";
import { registerPublisherPages } from "./publisher/routes.tsx";
import { errorPageResponse, type Rendered, render } from "./respond.ts";
import { registerSalesPages } from "./sales/routes.tsx";
import { registerTransparency } from "./transparency.tsx";
import { createAnswers, moved, VISITOR, type VisitorEnv } from "./visitor.ts";
import { type Language, languageOf } from "./words/language.ts";
import { registerLanguage } from "./words/routes.ts";

const POPULAR = 6;
const NEWEST = 3;
const FEATURED = 3;

/** The HTML wing. Pages for visitors need no script, set no cookie and load nothing from elsewhere. */
export function createPages(): Hono<VisitorEnv> {
  const app = new Hono<VisitorEnv>();
  const answers = createAnswers();

  app.get(paths.home(), (context) =>
    answers.keep(
      context,
      () => loadHome(context.get("world")),
      (view) => <HomePage view={view} />,
    ),
  );

  app.get(paths.plugins(), async (context) => {
    const world = context.get("world");
    const state = parseListState(new URL(context.req.url).searchParams);
    const query = toSearchQuery(state);
    const [found, facets] = await Promise.all([searchPlugins(world, query), countSearchFacets(world, query)]);
    // Without a cursor there is nothing to refuse.
    if (!found.ok) return context.notFound();
    return answers.show(context, <ListPage view={{ state, page: found.value, facets }} />);
  });
  app.get("/plugins/", (context) => moved(paths.plugins() + new URL(context.req.url).search));

  app.get("/problems/:code{[A-Za-z0-9_]{1,64}}", async (context) => {
    const code = context.req.param("code");
    return isReason(code) ? answers.show(context, <ProblemPage reason={code} />) : context.notFound();
  });

  for (const [path, text] of [
    [paths.imprint(), LEGAL.imprint],
    [paths.privacy(), LEGAL.privacy],
    [paths.terms(), LEGAL.terms],
  ] as const)
    app.get(path, (context) => answers.show(context, <LegalPage text={text} />));

  registerFeeds(app);
  registerBadges(app);
  registerPluginPages(app, answers);
  registerPublisherPages(app, answers);
  registerCollectionPages(app, answers);
  registerAdvisoryPages(app, answers);
  registerTransparency(app, answers);
  registerLanguage(app);
  registerSalesPages(app);
  registerDocs(app);
  registerOffline(app);
  registerPluginUi(app);
  app.route("/", createAccountPages());
  app.route("/", createConsolePages());
  app.route("/", createPublishPages());
  app.route("/", createDeskPages());
  app.get(paths.manifestSchema(), (context) => schemaResponse(context.req.raw, context.get("world").site.origin));

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
  const popular: CatalogueQuery = { sort: "downloads", direction: "desc", page: 1, limit: POPULAR };
  const newest: CatalogueQuery = { ...popular, sort: "createdAt", limit: NEWEST };
  const [best, latest, facets, collections] = await Promise.all([
    searchCatalogue(world, popular, VISITOR),
    searchCatalogue(world, newest, VISITOR),
    countFacets(world),
    world.showcase.collections(),
  ]);
  const first = collections[0];
  const featured = first === undefined ? null : await world.showcase.collection(first.slug);
  return {
    featured: featured === null ? null : { slug: featured.slug, items: featured.items.slice(0, FEATURED) },
    popular: best.items,
    // A small catalogue stands above in full.
    newest: best.total > POPULAR ? latest.items : [],
    categories: facets.categories,
    total: best.total,
  };
}
