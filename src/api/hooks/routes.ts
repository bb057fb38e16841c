import type { Hono } from "hono";
import { HOOK_OPERATIONS } from "../../contract/hooks/operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import {
  addHook,
  changeHook,
  listHooks,
  ownHook,
  removeHook,
  resumeHook,
  rotateHookSecret,
} from "../../market/hooks/manage-hooks.ts";
import type { Hook, HookDelivery } from "../../market/hooks/ports.ts";
import { listHookDeliveries, replayHook } from "../../market/hooks/replay-hook.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = HOOK_OPERATIONS;
const PAGE = 100;

/** Webhooks of publishers and operators. */
export function registerHookRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.addHook, async ({ world, principal, body }) => {
    const { publisher = null, url, events = [] } = body;
    const made = await addHook(world, principal, { publisher, url, events });
    return made.ok ? ok({ status: 201, body: { ...presentHook(made.value.hook), secret: made.value.secret } }) : made;
  });
  route(app, OPS.listHooks, async ({ world, principal }) =>
    ok({ body: { hooks: (await listHooks(world, principal)).map(presentHook) } }),
  );
  route(app, OPS.showHook, async ({ world, principal, params }) => {
    const hook = await ownHook(world, principal, params.id ?? "");
    return hook.ok ? ok({ body: presentHook(hook.value) }) : hook;
  });
  route(app, OPS.changeHook, async ({ world, principal, params, body: { url, events } }) => {
    const changes = { ...(url === undefined ? {} : { url }), ...(events === undefined ? {} : { events }) };
    const hook = await changeHook(world, principal, params.id ?? "", changes);
    return hook.ok ? ok({ body: presentHook(hook.value) }) : hook;
  });
  route(app, OPS.removeHook, async ({ world, principal, params }) => {
    const removed = await removeHook(world, principal, params.id ?? "");
    return removed.ok ? ok({ body: removed.value }) : removed;
  });
  route(app, OPS.rotateHook, async ({ world, principal, params }) => {
    const made = await rotateHookSecret(world, principal, params.id ?? "");
    return made.ok ? ok({ body: { ...presentHook(made.value.hook), secret: made.value.secret } }) : made;
  });
  route(app, OPS.resumeHook, async ({ world, principal, params }) => {
    const hook = await resumeHook(world, principal, params.id ?? "");
    return hook.ok ? ok({ body: presentHook(hook.value) }) : hook;
  });
  route(app, OPS.listHookDeliveries, async ({ world, principal, params, query }) => {
    const { before, state } = query;
    const filter = { ...(before === undefined ? {} : { before: Number(before) }), ...(state ? { state } : {}) };
    const listed = await listHookDeliveries(world, principal, params.id ?? "", filter, PAGE);
    if (!listed.ok) return listed;
    const last = listed.value.length === PAGE ? listed.value.at(-1)?.sequence : undefined;
    const deliveries = listed.value.map(presentDelivery);
    return ok({ body: { deliveries, ...(last === undefined ? {} : { before: last }) } });
  });
  route(app, OPS.replayHookDelivery, async ({ world, principal, params }) => {
    const replayed = await replayHook(world, principal, params.id ?? "", { deliveryId: params.delivery ?? "" });
    return replayed.ok ? ok({ status: 202, body: replayed.value }) : replayed;
  });
  route(app, OPS.replayHook, async ({ world, principal, params, body }) => {
    const replayed = await replayHook(world, principal, params.id ?? "", body);
    return replayed.ok ? ok({ status: 202, body: replayed.value }) : replayed;
  });
}

function presentHook(hook: Hook): object {
  const { id, publisherHandle, url, events, failures, pausedAt, rotatingUntil, createdAt } = hook;
  return {
    id,
    ...(publisherHandle === null ? {} : { publisher: publisherHandle }),
    url,
    events,
    state: pausedAt === null ? "active" : "paused",
    failures,
    ...(pausedAt === null ? {} : { pausedAt: isoTime(pausedAt) }),
    ...(rotatingUntil === null ? {} : { rotatingUntil: isoTime(rotatingUntil) }),
    createdAt: isoTime(createdAt),
  };
}

function presentDelivery(delivery: HookDelivery): object {
  const { id, sequence, type, data, state, attempts, lastStatus, notBefore, at, deliveredAt } = delivery;
  return {
    id,
    sequence,
    type,
    data,
    state,
    attempts,
    ...(lastStatus === null ? {} : { lastStatus }),
    ...(state === "queued" ? { nextAttempt: isoTime(notBefore) } : {}),
    createdAt: isoTime(at),
    ...(deliveredAt === null ? {} : { deliveredAt: isoTime(deliveredAt) }),
  };
}
