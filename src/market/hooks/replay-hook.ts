import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { ownHook } from "./manage-hooks.ts";
import { HOOK_BELL, type HookDelivery } from "./ports.ts";

type Needs = Pick<World, "hooks" | "catalogue" | "webhookBell" | "background" | "clock">;

/** Messages of one replay; whoever needs more asks again from the next sequence. */
export const REPLAYED_AT_ONCE = 500;

/** What was sent to a hook, newest first; another's hook is not there. */
export async function listHookDeliveries(
  world: Pick<World, "hooks" | "catalogue">,
  principal: Principal,
  hookId: string,
  filter: { readonly before?: number; readonly state?: HookDelivery["state"] },
  limit: number,
): Promise<Result<readonly HookDelivery[], Problem<"NOT_FOUND">>> {
  const hook = await ownHook(world, principal, hookId);
  return hook.ok ? ok(await world.hooks.deliveries(hookId, filter, limit)) : hook;
}

/** Sends messages again under their ids and sequences: one, or all from a sequence on. Answers how many. */
export async function replayHook(
  world: Needs,
  principal: Principal,
  hookId: string,
  which: { readonly deliveryId: string } | { readonly fromSequence: number },
): Promise<Result<{ readonly queued: number }, Problem<"NOT_FOUND">>> {
  const hook = await ownHook(world, principal, hookId);
  if (!hook.ok) return hook;
  if ("deliveryId" in which && (await world.hooks.delivery(hookId, which.deliveryId)) === null)
    return refuse({ reason: "NOT_FOUND" });
  const ids = await world.hooks.replay(hookId, which, REPLAYED_AT_ONCE, unixSeconds(world.clock.now()));
  world.background.defer(
    (async () => {
      for (const id of ids) await world.webhookBell.ring(`${HOOK_BELL}${id}`);
    })(),
  );
  return ok({ queued: ids.length });
}
