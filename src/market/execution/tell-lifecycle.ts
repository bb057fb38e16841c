import { owedHooks } from "../../domain/execution/lifecycle.ts";
import { nextSlot } from "../../domain/execution/schedule.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ringSoftly } from "./deliver-execution.ts";
import { newExecutionId } from "./new-execution-id.ts";
import type { ToldInstallation } from "./run-ports.ts";

type Needs = Pick<World, "lifecycle" | "schedules" | "executions" | "executionBell" | "chance" | "clock">;

/**
 * Compares what plugins were told of their installations with what is true now and queues the hooks they are owed. It
 * only ever follows an act that already happened, so a plugin can neither delay nor undo it; called twice, or by two at
 * once, it tells once.
 */
export async function tellLifecycle(world: Needs, activationIds: readonly string[]): Promise<number> {
  if (activationIds.length === 0) return 0;
  let told = 0;
  for (const installation of await world.lifecycle.read(activationIds)) told += await tellOne(world, installation);
  return told;
}

async function tellOne(world: Needs, installation: ToldInstallation): Promise<number> {
  const { told, now: state, moduleSha256, activationId } = installation;
  if (told !== null && told.state === state.state && told.version === state.version && told.epoch === state.epoch)
    return 0;
  const now = unixSeconds(world.clock.now());
  const owed = moduleSha256 === null ? [] : owedHooks(told, state);
  const hooks = owed.map((hook) => ({ ...hook, executionId: newExecutionId(world) }));
  const isMine = await world.lifecycle.tell(installation, hooks, world.chance.uuid(), now);
  if (!isMine) return 0;
  await planSchedules(world, activationId, state.state === "released", now);
  await ringSoftly(
    world,
    hooks.map(({ executionId }) => executionId),
  );
  return hooks.length;
}

/** A schedule begins with the installation: its first slot lies after this moment. */
async function planSchedules(world: Needs, activationId: string, isReleased: boolean, now: number): Promise<void> {
  const installation = isReleased ? null : await world.executions.installation(activationId);
  const schedules = installation?.release?.schedules ?? [];
  const slots = schedules.flatMap((schedule) => {
    const slot = nextSlot(schedule, activationId, now);
    return slot === null ? [] : [{ scheduleId: schedule.id, ...slot }];
  });
  await world.schedules.plan(activationId, slots);
}
