import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ownInstance } from "./own-instance.ts";
import type { ActionResult, InstanceMode, WaitingAction } from "./pull-ports.ts";

/** An action that nobody fetched or acknowledged in this time is given up. */
export const ACTION_LIFE = 7 * DAY;

/** Actions of the instance in their order. They come again until they are acknowledged, so applying must bear a repeat. */
export async function fetchActions(
  world: Pick<World, "actions" | "clock">,
  instanceId: string,
  limit: number,
): Promise<readonly WaitingAction[]> {
  return world.actions.waiting(instanceId, limit, unixSeconds(world.clock.now()));
}

/** The first word about an action counts; ids of others are passed over. */
export async function acknowledgeActions(
  world: Pick<World, "actions" | "clock">,
  instanceId: string,
  results: readonly ActionResult[],
): Promise<readonly string[]> {
  return world.actions.acknowledge(instanceId, results, unixSeconds(world.clock.now()));
}

/** By the instance itself or its owner. */
export async function setInstanceMode(
  world: Pick<World, "actions" | "clock" | "instances">,
  principal: Principal,
  named: string | undefined,
  mode: InstanceMode,
): Promise<Result<{ readonly instanceId: string }, Problem<"NOT_FOUND">>> {
  const instanceId = await ownInstance(world, principal, named);
  if (instanceId === null) return refuse({ reason: "NOT_FOUND" });
  await changeInstanceMode(world, instanceId, mode);
  return ok({ instanceId });
}

/** Of an instance whose caller was looked at. */
export async function changeInstanceMode(
  world: Pick<World, "actions" | "clock">,
  instanceId: string,
  mode: InstanceMode,
): Promise<void> {
  await world.actions.setMode(instanceId, mode, unixSeconds(world.clock.now()));
}

export async function sweepActions(world: Pick<World, "actions" | "clock">): Promise<void> {
  const now = unixSeconds(world.clock.now());
  await world.actions.expire(now - ACTION_LIFE, now);
}
