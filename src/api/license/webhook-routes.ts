import type { Hono } from "hono";
import { WEBHOOK_OPERATIONS } from "../../contract/license/webhook-operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { ok } from "../../domain/result.ts";
import { listDeliveries, replayDelivery } from "../../market/account/replay-webhook.ts";
import { changeSubscriber, listSubscribers, subscribe } from "../../market/license/subscribe.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const DELIVERIES_PER_PAGE = 50;

export function registerWebhookRoutes(app: Hono<ApiEnv>): void {
  route(app, WEBHOOK_OPERATIONS.listDeliveries, async ({ world, principal, params, query }) => {
    const page = { before: query.before ?? null, limit: DELIVERIES_PER_PAGE };
    const found = await listDeliveries(world, principal, params.id as string, page);
    if (!found.ok) return found;
    const last = found.value.length === DELIVERIES_PER_PAGE ? found.value.at(-1)?.id : undefined;
    return ok({ body: { data: found.value, ...(last === undefined ? {} : { next: last }) } });
  });

  route(app, WEBHOOK_OPERATIONS.replayDelivery, async ({ world, principal, params }) => {
    const replayed = await replayDelivery(world, principal, params.id as string, params.delivery as string);
    return replayed.ok ? ok({ status: 202, body: replayed.value }) : replayed;
  });

  route(app, WEBHOOK_OPERATIONS.subscribe, async ({ world, principal, body }) => {
    const made = await subscribe(world, personOf(principal), { ...body, events: body.events ?? [] });
    return made.ok ? ok({ status: 201, body: made.value }) : made;
  });

  route(app, WEBHOOK_OPERATIONS.listSubscribers, async ({ world, principal, query }) => {
    const found = await listSubscribers(world, personOf(principal), query.instanceId);
    return found.ok ? ok({ body: { data: found.value } }) : found;
  });

  route(app, WEBHOOK_OPERATIONS.resumeSubscriber, async ({ world, principal, params }) => {
    const resumed = await changeSubscriber(world, personOf(principal), params.id as string, "resume");
    return resumed.ok ? ok({ body: resumed.value }) : resumed;
  });

  route(app, WEBHOOK_OPERATIONS.unsubscribe, async ({ world, principal, params }) => {
    const removed = await changeSubscriber(world, personOf(principal), params.id as string, "remove");
    return removed.ok ? ok({ body: removed.value }) : removed;
  });
}

function personOf(principal: Principal): Extract<Principal, { kind: "account" }> {
  if (principal.kind !== "account") throw new Error("a subscription without an account");
  return principal;
}
