import { callRefused } from "../../domain/execution/call-refused.ts";
import type { EventEnvelope } from "../../domain/execution/events.ts";
import type { CallReply, Job } from "../../domain/execution/job.ts";
import { MAX_EVENT_DEPTH } from "../../domain/execution/limits.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { crockford } from "../../domain/license/key.ts";
import type { World } from "../ports.ts";
import type { Authority } from "./ports.ts";
import { receiveEvent } from "./receive-events.ts";

/**
 * A plugin tells the other plugins of its instance something, under its own name. It travels like an event of the
 * instance: kept, delivered to installations that may run and declare it, secrets and people cut. Events that follow from
 * one another end at `MAX_EVENT_DEPTH`, so two plugins that answer each other stop.
 */
export async function emitEvent(
  world: Pick<World, "executions" | "executionBell" | "chance" | "clock">,
  job: Job,
  authority: Authority,
  name: string,
  data: JsonObject,
): Promise<CallReply> {
  const depth = authority.eventDepth + 1;
  if (depth > MAX_EVENT_DEPTH)
    return callRefused("rate_limited", `Events of plugins may follow from one another ${MAX_EVENT_DEPTH} times`);
  const envelope: EventEnvelope = {
    id: `plg_${crockford(world.chance.bytes(17), 26)}`,
    event: `plugin:${job.plugin}:${name}`,
    version: 1,
    occurredAt: new Date(world.clock.now()).toISOString(),
    entity: "plugin",
    entityId: authority.pluginId,
    data,
    depth,
  };
  const received = await receiveEvent(world, authority.instanceId, envelope);
  if (!received.ok) throw new Error("a fresh event id was taken");
  return { ok: true, value: { id: envelope.id, deliveries: received.value.deliveries.length } };
}
