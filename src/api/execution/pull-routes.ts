import type { Context, Hono } from "hono";
import { PULL_OPERATIONS } from "../../contract/execution/run-operations.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { parseJson } from "../../domain/json/strict.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { dropEventHook, openEventHook, receiveHook, rotateEventHook } from "../../market/execution/event-hooks.ts";
import { acknowledgeActions, fetchActions, setInstanceMode } from "../../market/execution/pull-actions.ts";
import type { ApiEnv } from "../context.ts";
import { readBounded } from "../read-bounded.ts";
import { type Answer, route } from "../route.ts";
import { showAction } from "./show-action.ts";

const LOOK_EVERY_MS = 500;
const DEFAULT_LIMIT = 20;
const MAX_HOOK_BYTES = 65_536;

/** For instances that cannot be called, and for those that post unsigned webhooks. */
export function registerPullRoutes(app: Hono<ApiEnv>): void {
  route(app, PULL_OPERATIONS.setInstanceMode, async ({ world, principal, body }) => {
    const set = await setInstanceMode(world, principal, body.instanceId, body.mode);
    return set.ok ? ok({ body: { ...set.value, mode: body.mode } }) : set;
  });

  route(app, PULL_OPERATIONS.fetchActions, async ({ world, principal, query }) => {
    const limit = Number(query.limit ?? DEFAULT_LIMIT);
    let actions = await fetchActions(world, instanceIdOf(principal), limit);
    for (let left = Number(query.wait ?? 0) * 1000; actions.length === 0 && left > 0; left -= LOOK_EVERY_MS) {
      await scheduler.wait(LOOK_EVERY_MS);
      actions = await fetchActions(world, instanceIdOf(principal), limit);
    }
    return ok({ body: { actions: actions.map(showAction) } });
  });

  route(app, PULL_OPERATIONS.acknowledgeActions, async ({ world, principal, body }) => {
    const results = body.results.map(({ id, ok: isOk, status, error }) => ({
      id,
      ok: isOk,
      status: status ?? null,
      error: error ?? null,
    }));
    return ok({ body: { acknowledged: await acknowledgeActions(world, instanceIdOf(principal), results) } });
  });

  route(app, PULL_OPERATIONS.rotateEventHook, async ({ world, principal, body }) => {
    const rotated = await rotateEventHook(world, principal, body.instanceId);
    if (!rotated.ok) return rotated;
    const { secret, previousUntil } = rotated.value;
    const headerUrl = `${world.site.origin}/v1/hooks`;
    return ok({
      status: 201,
      body: {
        url: `${headerUrl}/${secret}`,
        headerUrl,
        header: "X-Rbsm-Hook",
        secret,
        previousUntil: isoTime(previousUntil),
      },
    });
  });

  route(app, PULL_OPERATIONS.dropEventHook, async ({ world, principal, query }) => {
    const dropped = await dropEventHook(world, principal, query.instanceId);
    return dropped.ok ? ok({ body: { dropped: dropped.value } }) : dropped;
  });

  route(app, PULL_OPERATIONS.receiveHook, ({ params, context }) => receive(context, params.secret ?? ""));
  route(app, PULL_OPERATIONS.receiveHookByHeader, ({ context }) =>
    receive(context, context.req.header("x-rbsm-hook") ?? ""),
  );
}

/** The secret is looked at before the body, so that strangers cost one digest and one read. */
async function receive(context: Context<ApiEnv>, secret: string): Promise<Result<Answer, Problem<Reason>>> {
  const world = context.get("world");
  const instanceId = await openEventHook(world, secret);
  if (instanceId === null) return refuse({ reason: "NOT_FOUND" });
  const bytes = await readBounded(context.req.raw, MAX_HOOK_BYTES);
  if (bytes === null) return refuse({ reason: "BODY_TOO_LARGE", facts: { maxBytes: MAX_HOOK_BYTES } });
  const body = parseJson(bytes, { maxDepth: 8, numbers: "any" });
  if (!body.ok) return refuse({ reason: "BODY_INVALID", facts: { ...body.problem } });
  const query = new Map(new URL(context.req.url).searchParams);
  const received = await receiveHook(world, instanceId, body.value, query);
  return received.ok ? ok({ status: 202, body: { success: true, id: received.value.id } }) : received;
}

function instanceIdOf(principal: Principal): string {
  if (principal.kind !== "instance") throw new Error("only an instance may call this");
  return principal.instanceId;
}
