import { randomBase62 } from "../../domain/account/base62.ts";
import type { Principal } from "../../domain/account/principal.ts";
import { sha256Hex } from "../../domain/digest.ts";
import { eventOfHook } from "../../domain/execution/hook.ts";
import type { Json } from "../../domain/json/json.ts";
import { crockford } from "../../domain/license/key.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ownInstance } from "./own-instance.ts";
import { receiveAndDerive } from "./receive-events.ts";

/** So long both secrets work, that every automation can be changed. */
export const HOOK_OVERLAP = DAY;
export const HOOK_CALLS_PER_MINUTE = 120;

/** `rbsm_hook_` and 43 base62: 256 random bits, so that a plain digest is enough. */
export async function rotateEventHook(
  world: Pick<World, "instances" | "eventHooks" | "chance" | "clock">,
  principal: Principal,
  named: string | undefined,
): Promise<Result<{ readonly secret: string; readonly previousUntil: number }, Problem<"NOT_FOUND">>> {
  const instanceId = await ownInstance(world, principal, named);
  if (instanceId === null) return refuse({ reason: "NOT_FOUND" });
  const secret = `rbsm_hook_${randomBase62(43, (length) => world.chance.bytes(length))}`;
  const now = unixSeconds(world.clock.now());
  await world.eventHooks.rotate(instanceId, await sha256Hex(secret), now + HOOK_OVERLAP, now);
  return ok({ secret, previousUntil: now + HOOK_OVERLAP });
}

export async function dropEventHook(
  world: Pick<World, "instances" | "eventHooks">,
  principal: Principal,
  named: string | undefined,
): Promise<Result<boolean, Problem<"NOT_FOUND">>> {
  const instanceId = await ownInstance(world, principal, named);
  return instanceId === null ? refuse({ reason: "NOT_FOUND" }) : ok(await world.eventHooks.drop(instanceId));
}

/** The instance behind a secret; null for every other text, whatever is wrong with it. */
export async function openEventHook(
  world: Pick<World, "eventHooks" | "clock">,
  secret: string,
): Promise<string | null> {
  if (!/^rbsm_hook_[0-9A-Za-z]{43}$/.test(secret)) return null;
  return world.eventHooks.find(await sha256Hex(secret), unixSeconds(world.clock.now()));
}

/** One unsigned webhook of an instance that was proven by its secret: mapped to our envelope and received like any event. */
export async function receiveHook(
  world: Pick<World, "executions" | "executionBell" | "chance" | "clock" | "pluginStorage" | "watches">,
  instanceId: string,
  body: Json,
  query: ReadonlyMap<string, string>,
): Promise<Result<{ readonly id: string }, Problem<"RATE_LIMITED" | "hook_unmapped" | "event_conflict">>> {
  const retryAfter = await world.pluginStorage.of(`hook:${instanceId}`).spend({
    method: "hook",
    perMinute: HOOK_CALLS_PER_MINUTE,
    globalPerMinute: HOOK_CALLS_PER_MINUTE,
  });
  if (retryAfter !== null) return refuse({ reason: "RATE_LIMITED", facts: { retryAfter } });
  const id = `hook_${crockford(world.chance.bytes(17), 26)}`;
  const occurredAt = new Date(world.clock.now()).toISOString();
  const envelope = eventOfHook(body, query, { id, occurredAt });
  if (envelope === null) return refuse({ reason: "hook_unmapped" });
  const received = await receiveAndDerive(world, instanceId, envelope);
  return received.ok ? ok({ id: received.value.id }) : received;
}
