import type { Hono } from "hono";
import { searchPlugins } from "../../market/catalogue/search-plugins.ts";
import type { World } from "../../market/ports.ts";
import type { Answers, VisitorEnv } from "../visitor.ts";
import { PLUGINS_SHOWN, PublisherPage, type PublisherView } from "./page.tsx";

/** Pages of publishers; one without a listed plugin has none. */
export function registerPublisherPages(app: Hono<VisitorEnv>, answers: Answers): void {
  app.get("/publishers/:handle{[a-z0-9][a-z0-9-]{0,63}}", (context) => {
    const asked = context.req.query("page") ?? "";
    const page = /^[1-9][0-9]{0,2}$/.test(asked) ? Number(asked) : 1;
    return answers.keep(
      context,
      () => loadPublisher(context.get("world"), context.req.param("handle"), page),
      (view) => <PublisherPage view={view} />,
      String(page),
    );
  });
}

async function loadPublisher(world: World, handle: string, page: number): Promise<PublisherView | null> {
  const profile = await world.showcase.publisher(handle);
  if (profile === null) return null;
  const query = { publisher: handle, sort: "downloads", direction: "desc", page, limit: PLUGINS_SHOWN } as const;
  const found = await searchPlugins(world, query);
  return { profile, items: found.ok ? found.value.items.map(({ card }) => card) : [], page };
}
