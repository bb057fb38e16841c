import {
  DERIVED_EVENTS,
  derivedEvents,
  postedRow,
  type WatchedEntity,
  watchedRow,
} from "../../domain/execution/derive.ts";
import type { EventEnvelope } from "../../domain/execution/events.ts";
import { type Installation, judgeEvent } from "../../domain/execution/installation.ts";
import type { World } from "../ports.ts";

/**
 * Events that the host never fires, out of one it did: what it posted of a row against what is remembered of it. So users
 * are compared, whom nobody can read, and the rows of instances that nobody can call. Only where a plugin may hear of it.
 */
export async function derivePosted(
  world: Pick<World, "watches" | "clock">,
  instanceId: string,
  envelope: EventEnvelope,
  installations: readonly Installation[],
  now: number,
): Promise<readonly EventEnvelope[]> {
  const { entity } = envelope;
  if (entity === "plugin" || postedRow(envelope, null) === null) return [];
  if (!installations.some((installation) => hearsDerived(installation, entity, now))) return [];
  if (await world.watches.isToldByInstance(instanceId)) return [];
  const [before = null] = await world.watches.seen(instanceId, entity, [Number(envelope.entityId)]);
  const row = postedRow(envelope, before);
  const after = row === null ? null : watchedRow(row);
  if (row === null || after === null) return [];
  await world.watches.see(instanceId, entity, [after]);
  return before === null ? [] : derivedEvents(entity, before, row, world.clock.now(), `.${envelope.id}`);
}

/** May this installation hear any of the events that are derived for this entity? */
export function hearsDerived(installation: Installation, entity: WatchedEntity, now: number): boolean {
  return DERIVED_EVENTS[entity].some((event) => judgeEvent(installation, event, entity, now) === null);
}
