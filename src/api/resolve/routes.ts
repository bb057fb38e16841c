import type { Hono } from "hono";
import { RESOLVE_OPERATIONS } from "../../contract/resolve/operations.ts";
import type { ResolveRequest } from "../../domain/resolve/request.ts";
import { ok } from "../../domain/result.ts";
import { readIndex, resolvePlugins } from "../../market/resolve/resolve-plugins.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

/** Choosing versions. */
export function registerResolveRoutes(app: Hono<ApiEnv>): void {
  route(app, RESOLVE_OPERATIONS.resolvePlugins, async ({ world, body }) => {
    const plan = await resolvePlugins(world, withoutUndefined(body));
    return plan.ok ? ok({ body: plan.value }) : plan;
  });
  route(app, RESOLVE_OPERATIONS.readIndex, async ({ world, query }) => {
    const documents = await readIndex(world, query.names.split(","));
    if (!documents.ok) return documents;
    return ok({ body: { plugins: [...documents.value.values()] }, headers: { "cache-control": "public, max-age=60" } });
  });
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

function withoutUndefined(body: Loose<ResolveRequest> & Pick<ResolveRequest, "appVersion" | "roots">): ResolveRequest {
  const { appVersion, roots, lock = {}, channels = {}, update = [], minimal = false } = body;
  return { appVersion, roots, lock, channels, update, minimal };
}
