import type { Hono } from "hono";
import { REVOCATION_OPERATIONS } from "../../contract/advisory/operations.ts";
import { ok } from "../../domain/result.ts";
import { addRevocation, liftRevocation, showReleaseRevocations } from "../../market/advisory/show-revocations.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = REVOCATION_OPERATIONS;
/** A cache is part of the time in which a block is heard of. */
const SHORTLY = { "cache-control": "public, max-age=10", "access-control-allow-origin": "*" };

/** What was taken back. */
export function registerRevocationRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.showReleaseRevocations, async ({ world, query }) => {
    const list = await showReleaseRevocations(world, query.since === undefined ? null : Number(query.since));
    return list.ok ? ok({ body: list.value.document, headers: SHORTLY }) : list;
  });
  route(app, OPS.addRevocation, async ({ world, principal, body }) => {
    const { replacement = null, advisory = null, ...rest } = body;
    const added = await addRevocation(world, principal, { ...rest, replacement, advisory });
    return added.ok ? ok({ status: 201, body: { epoch: added.value.epoch } }) : added;
  });
  route(app, OPS.liftRevocation, async ({ world, principal, body }) => {
    const lifted = await liftRevocation(world, principal, body.subject);
    return lifted.ok ? ok({ body: { epoch: lifted.value.epoch } }) : lifted;
  });
}
