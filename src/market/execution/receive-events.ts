import { sha256Hex } from "../../domain/digest.ts";
import type { EventEnvelope } from "../../domain/execution/events.ts";
import { type Installation, judgeEvent } from "../../domain/execution/installation.ts";
import { EVENTS_PER_MINUTE } from "../../domain/execution/limits.ts";
import { cutUser, withoutSecrets } from "../../domain/execution/people.ts";
import { canonicalize } from "../../domain/json/canonical.ts";
import type { Json, JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { derivePosted } from "./derive-posted.ts";
import { newExecutionId } from "./new-execution-id.ts";
import type { NewDelivery } from "./ports.ts";

export interface ReceivedEvent {
  readonly id: string;
  readonly duplicate: boolean;
  readonly deliveries: readonly { readonly installationId: string; readonly executionId: string }[];
}

type Receiving = Pick<World, "executions" | "executionBell" | "chance" | "clock">;
type Received = Result<ReceivedEvent, Problem<"event_conflict">>;

/**
 * Takes one event of an instance: people are cut before anything is kept; event and deliveries are one write; a repeat
 * answers the same deliveries; the same id with another body is `event_conflict`.
 */
export async function receiveEvent(world: Receiving, instanceId: string, envelope: EventEnvelope): Promise<Received> {
  const now = unixSeconds(world.clock.now());
  return keep(world, instanceId, envelope, await world.executions.installationsOf(instanceId, now), now);
}

/** The same, and the events that the host never fires but this one shows. */
export async function receiveAndDerive(
  world: Receiving & Pick<World, "watches">,
  instanceId: string,
  envelope: EventEnvelope,
): Promise<Received> {
  const now = unixSeconds(world.clock.now());
  const installations = await world.executions.installationsOf(instanceId, now);
  const received = await keep(world, instanceId, envelope, installations, now);
  if (!received.ok || received.value.duplicate) return received;
  for (const derived of await derivePosted(world, instanceId, envelope, installations, now))
    await keep(world, instanceId, derived, installations, now);
  return received;
}

async function keep(
  world: Receiving,
  instanceId: string,
  envelope: EventEnvelope,
  installations: readonly Installation[],
  now: number,
): Promise<Received> {
  const deliveries: NewDelivery[] = installations
    .filter((installation) => judgeEvent(installation, envelope.event, envelope.entity, now) === null)
    .map(({ activationId, plugin, version }) => ({
      executionId: newExecutionId(world),
      activationId,
      pluginId: plugin.id,
      version,
    }));
  const kept = await world.executions.keepEvent(
    {
      instanceId,
      envelope: cutEnvelope(envelope, instanceId),
      bodySha256: await sha256Hex(canonicalize(envelope as unknown as Json)),
      postId: world.chance.uuid(),
    },
    deliveries,
    now,
  );
  if (kept.result === "conflict") return refuse({ reason: "event_conflict", facts: { id: envelope.id } });
  if (kept.result === "kept") await ringSoftly(world, kept.deliveries);
  return ok({ id: envelope.id, duplicate: kept.result === "duplicate", deliveries: kept.deliveries });
}

/** The same for an event that the instance itself posts: a thousand a minute, counted past restarts. */
export async function receivePostedEvent(
  world: Receiving & Pick<World, "pluginStorage" | "watches">,
  instanceId: string,
  envelope: EventEnvelope,
): Promise<Result<ReceivedEvent, Problem<"event_conflict" | "RATE_LIMITED">>> {
  const retryAfter = await world.pluginStorage
    .of(`events:${instanceId}`)
    .spend({ method: "event", perMinute: EVENTS_PER_MINUTE, globalPerMinute: Number.MAX_SAFE_INTEGER });
  if (retryAfter !== null) return refuse({ reason: "RATE_LIMITED", facts: { retryAfter } });
  return receiveAndDerive(world, instanceId, envelope);
}

/** The rows are the work: a bell that cannot ring is rung again by the sweep. */
async function ringSoftly(
  world: Pick<World, "executionBell">,
  deliveries: readonly { readonly executionId: string }[],
): Promise<void> {
  if (deliveries.length === 0) return;
  await world.executionBell.ring(deliveries.map(({ executionId }) => executionId)).catch(() => {});
}

function cutEnvelope(envelope: EventEnvelope, instanceId: string): EventEnvelope {
  const isPerson = envelope.entity === "user";
  const data = isPerson ? cutUser(envelope.data) : (withoutSecrets(envelope.data) as JsonObject);
  const { changes } = envelope;
  const snapshot =
    envelope.snapshot === undefined ? {} : { snapshot: withoutSecrets(envelope.snapshot as JsonObject) as JsonObject };
  if (changes === undefined) return { ...envelope, instanceId, data, ...snapshot };
  const kept = Object.fromEntries(
    Object.entries(changes).filter(([field, change]) =>
      isPerson
        ? Object.hasOwn(cutUser({ [field]: change.to }), field)
        : field in (withoutSecrets({ [field]: 1 }) as object),
    ),
  );
  return { ...envelope, instanceId, data, ...snapshot, changes: kept };
}
