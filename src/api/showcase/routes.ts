import type { Hono } from "hono";
import { SHOWCASE_OPERATIONS } from "../../contract/showcase/operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { dropCollection, putCollection } from "../../market/showcase/edit-collections.ts";
import type { Collection } from "../../market/showcase/ports.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = SHOWCASE_OPERATIONS;

/** Collections of the operator. */
export function registerShowcaseRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.listCollections, async ({ world }) => {
    const collections = await world.showcase.collections();
    const headers = { "cache-control": "public, max-age=60" };
    return ok({ body: { collections: collections.map(presentCollection) }, headers });
  });
  route(app, OPS.putCollection, async ({ world, principal, params, body }) => {
    const written = await putCollection(world, principal, { slug: params.slug ?? "", ...body });
    return written.ok ? ok({ body: presentCollection(written.value) }) : written;
  });
  route(app, OPS.dropCollection, async ({ world, principal, params }) => {
    const dropped = await dropCollection(world, principal, params.slug ?? "");
    return dropped.ok ? ok({ body: dropped.value }) : dropped;
  });
}

function presentCollection({ slug, title, lead, count, updatedAt }: Collection) {
  return { slug, title, lead, plugins: count, updatedAt: isoTime(updatedAt) };
}
