import type { Hono } from "hono";
import { RUN_OPERATIONS } from "../../contract/execution/run-operations.ts";
import { ok } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import { eraseStorage, exportStorage } from "../../market/execution/keep-storage.ts";
import type { OutcomeCount, TailOf } from "../../market/execution/pull-ports.ts";
import {
  replayExecution,
  resumeInstallation,
  type SupervisedInstallation,
  showSuspension,
  suspendInstallation,
} from "../../market/execution/supervise.ts";
import { countOutcomes, followInstallation, followPlugin } from "../../market/execution/tail.ts";
import type { World } from "../../market/ports.ts";
import type { ApiEnv } from "../context.ts";
import { route } from "../route.ts";
import { eventStream } from "./event-stream.ts";
import { installationOwner } from "./installation-owner.ts";
import { showEnded, showEndedToPublisher } from "./show-execution.ts";

/** Supervision: following, counting, stopping, resuming, replaying, and what a plugin keeps. */
export function registerLogRoutes(app: Hono<ApiEnv>): void {
  route(app, RUN_OPERATIONS.replayExecution, async ({ world, principal, params }) => {
    const replayed = await replayExecution(world, installationOwner(principal), params.executionId ?? "");
    return replayed.ok ? ok({ status: 202, body: { ...replayed.value, outcome: "queued" } }) : replayed;
  });

  route(app, RUN_OPERATIONS.showSuspension, async ({ world, principal, params }) => {
    const state = await showSuspension(world, installationOwner(principal), params.installationId ?? "");
    return state.ok ? ok({ body: showState(state.value) }) : state;
  });

  route(app, RUN_OPERATIONS.suspendInstallation, async ({ world, principal, params, body }) => {
    const reason = body.reason ?? "Stopped by the admin";
    const done = await suspendInstallation(world, installationOwner(principal), params.installationId ?? "", reason);
    return done.ok ? ok({ body: showState(done.value) }) : done;
  });

  route(app, RUN_OPERATIONS.resumeInstallation, async ({ world, principal, params }) => {
    const done = await resumeInstallation(world, installationOwner(principal), params.installationId ?? "");
    return done.ok ? ok({ body: showState(done.value) }) : done;
  });

  route(app, RUN_OPERATIONS.tailInstallation, async ({ world, principal, params, query, request }) => {
    const of = await followInstallation(world, installationOwner(principal), params.installationId ?? "");
    return of.ok ? follow(world, of.value, request, query, showEnded) : of;
  });

  route(app, RUN_OPERATIONS.tailPlugin, async ({ world, principal, params, query, request }) => {
    const of = await followPlugin(world, principal, params.id ?? "");
    return of.ok ? follow(world, of.value, request, query, showEndedToPublisher) : of;
  });

  route(app, RUN_OPERATIONS.installationOutcomes, async ({ world, principal, params, query }) => {
    const of = await followInstallation(world, installationOwner(principal), params.installationId ?? "");
    return of.ok ? ok({ body: await outcomes(world, of.value, query.days) }) : of;
  });

  route(app, RUN_OPERATIONS.pluginOutcomes, async ({ world, principal, params, query }) => {
    const of = await followPlugin(world, principal, params.id ?? "");
    return of.ok ? ok({ body: await outcomes(world, of.value, query.days) }) : of;
  });

  route(app, RUN_OPERATIONS.exportStorage, async ({ world, principal, params, query }) => {
    const page = await exportStorage(world, installationOwner(principal), params.installationId ?? "", query.cursor);
    return page.ok ? ok({ body: page.value }) : page;
  });

  route(app, RUN_OPERATIONS.eraseStorage, async ({ world, principal, params }) => {
    const erased = await eraseStorage(world, installationOwner(principal), params.installationId ?? "");
    return erased.ok ? ok({ body: { ...erased.value, erased: true } }) : erased;
  });
}

/** Where a follower begins: after what it saw last, after a place it names, or with whatever comes next. */
async function follow(
  world: World,
  of: TailOf,
  request: Request,
  { after, follow: wish }: { readonly after?: string | undefined; readonly follow?: string | undefined },
  show: Parameters<typeof eventStream>[2],
): Promise<Response> {
  const last = request.headers.get("last-event-id");
  const named = last !== null && /^[0-9]{1,15}$/.test(last) ? last : after;
  return eventStream(world, of, show, named === undefined ? await world.tails.newest(of) : Number(named), wish !== "0");
}

async function outcomes(world: World, of: TailOf, days: string | undefined): Promise<object> {
  const counts = await countOutcomes(world, of, days === undefined ? undefined : Number(days));
  return { data: counts.map(showCount) };
}

function showCount({ installations: _, totalMs, runs, ...rest }: OutcomeCount) {
  return { ...rest, runs, averageMs: Math.round(totalMs / runs) };
}

function showState({ suspension, ...found }: SupervisedInstallation) {
  return {
    ...found,
    suspended: suspension !== null,
    ...(suspension === null ? {} : { suspension: { ...suspension, at: isoTime(suspension.at) } }),
  };
}
