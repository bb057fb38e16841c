import type { Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import { listReviews } from "../../market/catalogue/list-reviews.ts";
import { showPlugin } from "../../market/catalogue/show-plugin.ts";
import { showRelease } from "../../market/catalogue/show-release.ts";
import type { World } from "../../market/ports.ts";
import { showNumbers } from "../../market/showcase/show-numbers.ts";
import { type Answers, moved, VISITOR, type VisitorEnv } from "../visitor.ts";
import { PluginPage, type PluginView, TABS, type TabName, type TabView } from "./page.tsx";
import { ReleasePage } from "./release.tsx";
import { registerReportPages } from "./report-routes.tsx";
import { REVIEWS_SHOWN } from "./reviews.tsx";

const NAME = ":name{[a-z][a-z0-9-]{0,63}}";
const DEPENDENTS_SHOWN = 50;
const MAX_REVIEW_PAGE = 500;

/** The page of a plugin, its tabs and its releases. */
export function registerPluginPages(app: Hono<VisitorEnv>, answers: Answers): void {
  // Instances link to /plugins/{id}.
  app.get("/plugins/:id{[1-9][0-9]{0,14}}", async (context) => {
    const found = await showPlugin(context.get("world"), { id: context.req.param("id") }, VISITOR);
    return found.ok ? moved(paths.plugin(found.value.name)) : context.notFound();
  });

  app.get(`/plugins/${NAME}`, (context) =>
    answers.keep(
      context,
      () => loadPlugin(context.get("world"), context.req.param("name"), "overview", 1),
      (view) => <PluginPage view={view} />,
    ),
  );

  app.get(`/plugins/${NAME}/:tab{${TABS.slice(1).join("|")}}`, (context) => {
    const { name, tab } = context.req.param();
    const page = pageOf(context.req.query("page"));
    return answers.keep(
      context,
      () => loadPlugin(context.get("world"), name, tab as TabName, page),
      (view) => <PluginPage view={view} />,
      tab === "reviews" ? String(page) : "",
    );
  });

  registerReportPages(app, answers);

  app.get(`/plugins/${NAME}/:version{[0-9][0-9A-Za-z.+-]{0,63}}`, (context) =>
    answers.keep(
      context,
      async () => {
        const { name, version } = context.req.param();
        const found = await showRelease(context.get("world"), name, version, VISITOR);
        return found.ok ? found.value : null;
      },
      (view) => <ReleasePage view={view} />,
    ),
  );
}

async function loadPlugin(world: World, name: string, tab: TabName, page: number): Promise<PluginView | null> {
  const found = await showPlugin(world, { name }, VISITOR);
  if (!found.ok) return null;
  const shown = await loadTab(world, found.value.id, name, tab, page);
  return { plugin: found.value, marketplace: world.site.marketplace, shown };
}

async function loadTab(world: World, id: string, name: string, tab: TabName, page: number): Promise<TabView> {
  if (tab === "reviews")
    return { tab, reviews: { ...(await listReviews(world, id, { page, limit: REVIEWS_SHOWN })), page } };
  if (tab === "trust") return { tab, dependents: await world.showcase.dependents(name, DEPENDENTS_SHOWN) };
  if (tab === "stats") return { tab, numbers: await showNumbers(world, id) };
  return { tab };
}

function pageOf(text: string | undefined): number {
  return /^[1-9][0-9]{0,3}$/.test(text ?? "") ? Math.min(Number(text), MAX_REVIEW_PAGE) : 1;
}
