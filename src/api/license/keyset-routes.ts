import type { Hono } from "hono";
import { KEYSET_OPERATIONS } from "../../contract/license/keyset-operations.ts";
import { ok, refuse } from "../../domain/result.ts";
import { publishKeyset, showKeysetStatus } from "../../market/license/keyset.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { joseResponse } from "./list-routes.ts";

export function registerKeysetRoutes(app: Hono<ApiEnv>): void {
  route(app, KEYSET_OPERATIONS.showKeyset, async ({ world, params }) => {
    const rootKid = (params.file as string).replace(/\.jws$/, "");
    const document = await world.keysets.newestOf(rootKid);
    if (document === null) return refuse({ reason: "NOT_FOUND" });
    return joseResponse(document, "public, max-age=300");
  });

  route(app, KEYSET_OPERATIONS.keysetStatus, async ({ world }) => ok({ body: await showKeysetStatus(world) }));

  route(app, KEYSET_OPERATIONS.publishKeyset, async ({ world, principal, body }) => {
    const published = await publishKeyset(world, principal, body.document);
    return published.ok ? ok({ body: published.value }) : published;
  });
}
