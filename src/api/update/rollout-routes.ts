import type { Hono } from "hono";
import { ROLLOUT_OPERATIONS } from "../../contract/update/rollout-operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { basisPointsAt, nextStepAt } from "../../domain/update/rollout.ts";
import { changeRollout, type RolloutWish, showRollout } from "../../market/update/change-rollout.ts";
import type { ReleaseRollout } from "../../market/update/rollout-ports.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";

const OPS = ROLLOUT_OPERATIONS;

/** Plans of releases, read by anybody and changed by their publishers. */
export function registerRolloutRoutes(app: Hono<ApiEnv>): void {
  route(app, OPS.showRollout, async ({ world, params }) => {
    const found = await showRollout(world, { pluginId: params.id ?? "", version: params.v ?? "" });
    if (!found.ok) return found;
    const body = presentRollout(found.value, unixSeconds(world.clock.now()));
    return ok({ body, headers: { "cache-control": "public, max-age=60" } });
  });
  route(app, OPS.changeRollout, async ({ world, principal, params, body }) => {
    const { reason = null } = body;
    const wish: RolloutWish =
      "steps" in body
        ? { kind: "set", steps: body.steps, reason }
        : { kind: body.state === "paused" ? "pause" : "resume", reason };
    const changed = await changeRollout(world, principal, { pluginId: params.id ?? "", version: params.v ?? "" }, wish);
    return changed.ok ? ok({ body: presentRollout(changed.value, unixSeconds(world.clock.now())) }) : changed;
  });
}

function presentRollout(
  { name, version, rollout, reason, evidence, alive, floor, updated }: ReleaseRollout,
  now: number,
) {
  const { state, startsAt, steps, least } = rollout;
  const next = nextStepAt(rollout, now);
  return {
    name,
    version,
    state,
    startsAt: isoTime(startsAt),
    steps,
    least,
    basisPoints: basisPointsAt(rollout, now),
    nextStepAt: next === null ? null : isoTime(next),
    reason,
    halt: evidence,
    alive,
    floor,
    updated,
  };
}
