import type { Hono } from "hono";
import { paths } from "../../contract/paths.ts";
import type { Answers, VisitorEnv } from "../visitor.ts";
import { CollectionPage, CollectionsPage } from "./page.tsx";

/** Collections of the operator; one in which nothing is listed has no page. */
export function registerCollectionPages(app: Hono<VisitorEnv>, answers: Answers): void {
  app.get(paths.collections(), (context) =>
    answers.keep(
      context,
      () => context.get("world").showcase.collections(),
      (collections) => <CollectionsPage collections={collections} />,
    ),
  );

  app.get("/collections/:slug{[a-z0-9][a-z0-9-]{0,63}}", (context) =>
    answers.keep(
      context,
      async () => {
        const found = await context.get("world").showcase.collection(context.req.param("slug"));
        return found === null || found.items.length === 0 ? null : found;
      },
      (view) => <CollectionPage view={view} />,
    ),
  );
}
