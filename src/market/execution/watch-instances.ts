import { derivedEvents, READ_ENTITIES, watchedRow } from "../../domain/execution/derive.ts";
import type { Installation } from "../../domain/execution/installation.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { hearsDerived } from "./derive-posted.ts";
import { receiveEvent } from "./receive-events.ts";

/** No instance is asked more often. */
export const WATCH_EVERY = 5 * MINUTE;
const INSTANCES_AT_ONCE = 20;
/** The rows changed last; more than these in five minutes are found as long as they stay among them. */
const ROWS = 100;

type Needs = Pick<World, "watches" | "executions" | "executionBell" | "hostData" | "chance" | "clock">;

/**
 * Events that the host never fires, derived by looking at its rows and comparing (README, Derived events). An instance is
 * only asked about entities of which a plugin there may hear such an event, through its own API and with its own key.
 */
export async function watchInstances(world: Needs): Promise<number> {
  const now = unixSeconds(world.clock.now());
  const instances = await world.watches.take(now - WATCH_EVERY, INSTANCES_AT_ONCE, now);
  let made = 0;
  for (const instanceId of instances) {
    const installations = await world.executions.installationsOf(instanceId, now);
    for (const entity of READ_ENTITIES) {
      const listener = installations.find((installation) => hearsDerived(installation, entity, now));
      if (listener !== undefined) made += await compare(world, instanceId, entity, listener);
    }
  }
  return made;
}

/** A row seen for the first time is only remembered. Events come before the memory: a crash repeats them, ids and all. */
async function compare(
  world: Needs,
  instanceId: string,
  entity: (typeof READ_ENTITIES)[number],
  listener: Installation,
): Promise<number> {
  const reply = await world.hostData.call({
    method: `${entity}s.list`,
    args: { limit: ROWS, sortBy: "updatedAt", sortDirection: "desc" },
    plugin: listener.plugin.name,
    installation: listener.activationId,
    instanceId,
    userId: listener.license.userId,
  });
  if (!reply.ok) return 0;
  const { items = [] } = reply.value as { readonly items?: readonly JsonObject[] };
  const rows = items.flatMap((row) => {
    const watched = watchedRow(row);
    return watched === null ? [] : [{ row, watched }];
  });
  const seen = await world.watches.seen(
    instanceId,
    entity,
    rows.map(({ watched }) => watched.id),
  );
  const known = new Map(seen.map((row) => [row.id, row]));
  let made = 0;
  // Oldest change first, so that events of one row keep their order.
  for (const { row, watched } of rows.toReversed()) {
    const before = known.get(watched.id);
    if (before === undefined) continue;
    for (const envelope of derivedEvents(entity, before, row, world.clock.now())) {
      const received = await receiveEvent(world, instanceId, envelope);
      if (received.ok && !received.value.duplicate) made++;
    }
  }
  await world.watches.see(
    instanceId,
    entity,
    rows.map(({ watched }) => watched).filter((row) => !isSame(row, known.get(row.id))),
  );
  return made;
}

function isSame(row: { status: string; assignee: number | null }, before: typeof row | undefined): boolean {
  return before !== undefined && before.status === row.status && before.assignee === row.assignee;
}
