import { judgeInstallation } from "../../domain/execution/installation.ts";
import { owedHooks } from "../../domain/execution/lifecycle.ts";
import { nextSlot } from "../../domain/execution/schedule.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { carryConsent } from "./carry-consent.ts";
import { ringSoftly } from "./deliver-execution.ts";
import { newExecutionId } from "./new-execution-id.ts";
import type { ToldInstallation } from "./run-ports.ts";

type Needs = Pick<
  World,
  "lifecycle" | "schedules" | "executions" | "executionBell" | "consents" | "audit" | "chance" | "clock"
>;

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

async function tellOne(world: Needs, read: ToldInstallation): Promise<number> {
  if (isTold(read)) return 0;
  const now = unixSeconds(world.clock.now());
  const installation = await current(world, read, now);
  if (installation === null || isTold(installation)) return 0;
  const { told, now: state, moduleSha256, activationId } = installation;
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

function isTold({ told, now }: ToldInstallation): boolean {
  return told !== null && told.state === now.state && told.version === now.version && told.epoch === now.epoch;
}

/**
 * What may run now is what can be told. An installation without consent, or whose license or release stops it, is told
 * nothing yet; it hears of everything at once when it may. Leaving is told in any case.
 */
async function current(world: Needs, read: ToldInstallation, now: number): Promise<ToldInstallation | null> {
  if (read.now.state === "released") return read;
  const found = await world.executions.installation(read.activationId);
  if (found === null) return null;
  const hasCarried = await carryConsent(world, found);
  const installation = hasCarried ? await world.executions.installation(read.activationId) : found;
  if (installation === null) return null;
  if (read.moduleSha256 !== null && judgeInstallation({ ...installation, pausedAt: null }, now) !== null) return null;
  return { ...read, now: { ...read.now, version: installation.version } };
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
