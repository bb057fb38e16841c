import type { Hono } from "hono";
import { LIST_OPERATIONS } from "../../contract/license/list-operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { listLicenseKeys } from "../../market/license/keyset.ts";
import { showRevocations } from "../../market/license/revocation-list.ts";
import { signVerdict } from "../../market/license/sign.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { bindingOf } from "./binding.ts";

/** With the half minute of the isolate, everybody sees a change within a minute. */
const LIST_SECONDS = 30;

export function registerListRoutes(app: Hono<ApiEnv>): void {
  route(app, LIST_OPERATIONS.showRevocations, async ({ world, query }) =>
    joseResponse(await showRevocations(world, query.since), `public, max-age=${LIST_SECONDS}`),
  );

  route(app, LIST_OPERATIONS.showTime, async ({ world, query, raw }) => {
    const now = unixSeconds(world.clock.now());
    const verdict = await signVerdict(world, "time", { now }, await bindingOf(query.nonce, raw), now);
    return ok({ body: { now: isoTime(now), verdict }, headers: { "cache-control": "no-store" } });
  });

  for (const operation of [LIST_OPERATIONS.listLeaseKeys, LIST_OPERATIONS.showJwks, LIST_OPERATIONS.listLicenseKeys]) {
    route(app, operation, async ({ world }) =>
      ok({ body: { keys: await listLicenseKeys(world) }, headers: { "cache-control": "public, max-age=3600" } }),
    );
  }
}

/** A JWS in compact form (RFC 7515, section 9.2.1). */
export function joseResponse(document: string, cacheControl: string): Response {
  return new Response(document, { headers: { "content-type": "application/jose", "cache-control": cacheControl } });
}
