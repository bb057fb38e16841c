import type { Hono } from "hono";
import { LIST_OPERATIONS } from "../../contract/license/list-operations.ts";
import { LICENSE_OPERATIONS } from "../../contract/license/operations.ts";
import { ok } from "../../domain/result.ts";
import { listLicenseKeys } from "../../market/license/keyset.ts";
import { showRevocations } from "../../market/license/revocation-list.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

/** With the half minute of the isolate, everybody sees a change within a minute. */
const LIST_SECONDS = 30;

export function registerListRoutes(app: Hono<ApiEnv>): void {
  route(app, LIST_OPERATIONS.showRevocations, async ({ world, query }) =>
    joseResponse(await showRevocations(world, query.since), `public, max-age=${LIST_SECONDS}`),
  );

  for (const operation of [
    LICENSE_OPERATIONS.listLeaseKeys,
    LICENSE_OPERATIONS.showJwks,
    LIST_OPERATIONS.listLicenseKeys,
  ]) {
    route(app, operation, async ({ world }) =>
      ok({ body: { keys: await listLicenseKeys(world) }, headers: { "cache-control": "public, max-age=3600" } }),
    );
  }
}

/** A JWS in compact form (RFC 7515, section 9.2.1). */
export function joseResponse(document: string, cacheControl: string): Response {
  return new Response(document, { headers: { "content-type": "application/jose", "cache-control": cacheControl } });
}
