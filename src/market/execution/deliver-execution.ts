import { eventJob, judgeEvent } from "../../domain/execution/installation.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { ClaimedExecution, ExecutionEnd } from "./ports.ts";

/**
 * Runs one queued delivery: takes it by a guarded write, judges installation, grant, license and blocks again – they may
 * have changed since – runs the plugin and writes how it ended. Answers false when somebody else has it or it ended.
 */
export async function deliverExecution(
  world: Pick<World, "executions" | "runner" | "clock">,
  executionId: string,
): Promise<boolean> {
  const claimed = await world.executions.claim(executionId, unixSeconds(world.clock.now()));
  if (claimed === null) return false;
  const end = await runClaimed(world, claimed);
  return world.executions.finish(claimed, end, unixSeconds(world.clock.now()));
}

async function runClaimed(
  world: Pick<World, "executions" | "runner" | "clock">,
  claimed: ClaimedExecution,
): Promise<ExecutionEnd> {
  const { envelope } = claimed;
  if (envelope === null) return { outcome: "skipped", message: "event_erased" };
  const installation = await world.executions.installation(claimed.activationId);
  if (installation === null) return { outcome: "skipped", message: "installation_released" };
  const refusal = judgeEvent(installation, envelope.event, envelope.entity, unixSeconds(world.clock.now()));
  if (refusal !== null) return { outcome: "skipped", message: refusal };
  const job = eventJob(installation, claimed.id, envelope.event);
  const { instanceId, license } = installation;
  const authority = { instanceId, userId: license.userId, tier: license.tier, storageBytes: license.storageBytes };
  const startedAt = world.clock.now();
  const reply = await world.runner.run(job, { kind: "event", event: envelope }, authority);
  const durationMs = world.clock.now() - startedAt;
  const about = { durationMs, ...(reply.report === undefined ? {} : { report: reply.report }) };
  if (reply.ok) return { outcome: "ok", ...about };
  const { code, message } = reply.error;
  // Asking for the module is answered inside the runner; a second time means the store lost it.
  const outcome = code === "need_module" ? "plugin_invalid" : code;
  return { outcome, ...(message === undefined ? {} : { message }), ...about };
}
