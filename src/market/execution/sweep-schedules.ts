import { judgeInstallation } from "../../domain/execution/installation.ts";
import { takeSlot } from "../../domain/execution/schedule.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ringSoftly } from "./deliver-execution.ts";
import { newExecutionId } from "./new-execution-id.ts";
import type { DueSchedule } from "./run-ports.ts";

const MAX_AT_ONCE = 200;

type Needs = Pick<World, "schedules" | "executions" | "executionBell" | "chance" | "clock">;

/** Makes the runs of all schedules that are due. Two sweeps at once make each run once. */
export async function sweepSchedules(world: Needs): Promise<number> {
  const now = unixSeconds(world.clock.now());
  let made = 0;
  for (const due of await world.schedules.due(now, MAX_AT_ONCE)) made += await takeOne(world, due, now);
  return made;
}

/** An installation that may not run at this moment lets the slot pass: nothing is made up when it may again. */
async function takeOne(world: Needs, due: DueSchedule, now: number): Promise<number> {
  const installation = await world.executions.installation(due.activationId);
  const schedule = installation?.release?.schedules.find(({ id }) => id === due.scheduleId);
  if (installation === null || schedule === undefined || installation.releasedAt !== null) {
    await world.schedules.take(due, null, null, now);
    return 0;
  }
  const { run, next } = takeSlot(schedule, due.activationId, due, now);
  if (run === null || judgeInstallation(installation, now) !== null) {
    await world.schedules.take(due, null, next, now);
    return 0;
  }
  const executionId = newExecutionId(world);
  const isMine = await world.schedules.take(
    due,
    {
      executionId,
      activationId: due.activationId,
      instanceId: installation.instanceId,
      pluginId: installation.plugin.id,
      version: installation.version,
      kind: "schedule",
      name: schedule.id,
      slotAt: run,
    },
    next,
    now,
  );
  if (isMine) await ringSoftly(world, [executionId]);
  return isMine ? 1 : 0;
}
