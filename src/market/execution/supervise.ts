import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ringSoftly } from "./deliver-execution.ts";
import { noteChange } from "./note-change.ts";
import type { FoundInstallation } from "./ports.ts";
import type { RunOwner, Suspension } from "./run-ports.ts";

/** Puts a dead run of the caller's own back into the queue. */
export async function replayExecution(
  world: Pick<World, "runs" | "executionBell" | "clock">,
  owner: RunOwner,
  executionId: string,
): Promise<
  Result<{ readonly executionId: string }, Problem<"execution_not_found" | "execution_not_dead" | "execution_gone">>
> {
  const result = await world.runs.replay(executionId, owner, unixSeconds(world.clock.now()));
  if (result === "not_found") return refuse({ reason: "execution_not_found" });
  if (result === "not_dead") return refuse({ reason: "execution_not_dead" });
  if (result === "gone") return refuse({ reason: "execution_gone" });
  await ringSoftly(world, [executionId]);
  return ok({ executionId });
}

export interface SupervisedInstallation extends FoundInstallation {
  readonly suspension: Suspension | null;
}

/** Whether it is stopped, and why. */
export async function showSuspension(
  world: Pick<World, "executions" | "health">,
  owner: RunOwner,
  iid: string,
): Promise<Result<SupervisedInstallation, Problem<"installation_not_found">>> {
  const found = await world.executions.findInstallation(iid, owner);
  if (found === null) return refuse({ reason: "installation_not_found" });
  return ok({ ...found, suspension: await world.health.of(found.activationId) });
}

/** The admin's kill switch: nothing begins any more, and what runs is ended. Repeating it keeps the first reason. */
export async function suspendInstallation(
  world: Pick<World, "executions" | "health" | "audit" | "clock">,
  owner: RunOwner,
  iid: string,
  reason: string,
): Promise<Result<SupervisedInstallation, Problem<"installation_not_found">>> {
  const found = await world.executions.findInstallation(iid, owner);
  if (found === null) return refuse({ reason: "installation_not_found" });
  const now = unixSeconds(world.clock.now());
  const { isNew, ...suspension } = await world.health.suspend(found.activationId, nameOf(owner), reason, now);
  if (isNew) await noteChange(world, owner, found.activationId, "installation.suspended", { reason }, now);
  return ok({ ...found, suspension });
}

/** Lets it run again; what is dead stays dead until it is replayed. */
export async function resumeInstallation(
  world: Pick<World, "executions" | "health" | "audit" | "clock">,
  owner: RunOwner,
  iid: string,
): Promise<Result<SupervisedInstallation, Problem<"installation_not_found">>> {
  const found = await world.executions.findInstallation(iid, owner);
  if (found === null) return refuse({ reason: "installation_not_found" });
  const hasResumed = await world.health.resume(found.activationId);
  const now = unixSeconds(world.clock.now());
  if (hasResumed) await noteChange(world, owner, found.activationId, "installation.resumed", {}, now);
  return ok({ ...found, suspension: null });
}

function nameOf(owner: RunOwner): string {
  return "instanceId" in owner ? `instance:${owner.instanceId}` : `account:${owner.accountId}`;
}
