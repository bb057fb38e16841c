import { type Installation, jobOf, judgeInstallation, type SkipReason } from "../../domain/execution/installation.ts";
import type { RouteRequest } from "../../domain/execution/job.ts";
import { type FoundRoute, type PlainAnswer, readAnswer } from "../../domain/execution/route.ts";
import type { Json } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { bringSettings } from "./bring-settings.ts";
import { type DeliveryWorld, endExecution, runJudged } from "./deliver-execution.ts";
import { newExecutionId } from "./new-execution-id.ts";

/** Requests of one installation in a minute, over all its routes. */
export const ROUTE_CALLS_PER_MINUTE = 300;

export interface RouteRun {
  readonly executionId: string;
  readonly answer: PlainAnswer;
}
type RouteReason = "RATE_LIMITED" | "plugin_stopped" | "plugin_failed" | "plugin_timeout";

/**
 * Runs a route of a plugin for a request whose caller was proven and whose body was read. The request waits for the
 * answer; it is recorded like every run, and never tried again by us.
 */
export async function runRoute(
  world: DeliveryWorld & Pick<World, "chance">,
  installation: Installation,
  { name, route }: FoundRoute,
  request: RouteRequest,
): Promise<Result<RouteRun, Problem<RouteReason>>> {
  const now = unixSeconds(world.clock.now());
  const refusal = judgeInstallation(installation, now);
  if (refusal !== null) return refuse({ reason: "plugin_stopped", facts: { why: publicReason(refusal) } });
  const { activationId, instanceId, plugin, version } = installation;
  const retryAfter = await world.pluginStorage.of(activationId).spend({
    method: "route",
    perMinute: ROUTE_CALLS_PER_MINUTE,
    globalPerMinute: Number.MAX_SAFE_INTEGER,
  });
  if (retryAfter !== null) return refuse({ reason: "RATE_LIMITED", facts: { retryAfter } });
  const executionId = newExecutionId(world);
  const run = { executionId, activationId, instanceId, pluginId: plugin.id, version, kind: "route" as const, name };
  const claimed = await world.runs.begin(run, now);
  // A request without effect by definition may be repeated once inside the runner; any other may not.
  const current = await bringSettings(world, installation);
  const job = jobOf(current, executionId, "route", { isIdempotent: route.method === "GET" });
  const end = await runJudged(world, current, job, { kind: "route", request, route: name }, judgeInstallation);
  const answer = end.outcome === "ok" ? readAnswer(end.value as Json) : null;
  if (end.outcome === "ok" && answer === null) {
    const message = "A route answers {status?, headers?, body?} with a status of 200–299 or 400–599";
    await endExecution(world, claimed, { ...end, outcome: "plugin_output", message });
    return refuse({ reason: "plugin_failed", facts: { executionId } });
  }
  await endExecution(world, claimed, end);
  if (answer !== null) return ok({ executionId, answer });
  if (end.outcome === "plugin_timeout" || end.outcome === "sandbox_hung")
    return refuse({ reason: "plugin_timeout", facts: { executionId } });
  if (end.outcome === "stopped") return refuse({ reason: "plugin_stopped", facts: { executionId, why: "stopped" } });
  return refuse({ reason: "plugin_failed", facts: { executionId } });
}

/** Anybody may read the answer: only what the plugin's user may know anyway is said. */
function publicReason(reason: SkipReason): string {
  return reason === "installation_suspended" || reason === "installation_paused" ? reason : "unavailable";
}
