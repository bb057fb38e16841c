import { MINUTE } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { InstanceRow } from "./ports.ts";

export const CHECKS_PER_MINUTE = 6;
/** Named in the instance's own log beside what plugins asked. */
const ASKED_BY = "marketplace-connection-check";

export type Connection =
  | { readonly kind: "answered"; readonly milliseconds: number }
  /** It fetches what plugins want: nobody calls it. */
  | { readonly kind: "pull" }
  | { readonly kind: "no_key" }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "too_often"; readonly seconds: number };

/**
 * Calls the instance as a plugin's read would: its own address, its own key, one customer. Nothing of the answer is kept or
 * shown. The caller answers for whose instance it is.
 */
export async function checkConnection(
  world: Pick<World, "hostData" | "pluginStorage" | "clock">,
  instance: InstanceRow,
): Promise<Connection> {
  if (instance.isPull) return { kind: "pull" };
  if (!instance.hasHostKey) return { kind: "no_key" };
  const seconds = await world.pluginStorage.of(`check:${instance.id}`).spend({
    method: "hook",
    perMinute: CHECKS_PER_MINUTE,
    globalPerMinute: CHECKS_PER_MINUTE,
  });
  if (seconds !== null) return { kind: "too_often", seconds: Math.min(seconds, MINUTE) };
  const before = world.clock.now();
  const reply = await world.hostData.call({
    method: "customers.list",
    args: { limit: 1 },
    plugin: ASKED_BY,
    installation: ASKED_BY,
    instanceId: instance.id,
    userId: "1",
  });
  return reply.ok
    ? { kind: "answered", milliseconds: world.clock.now() - before }
    : { kind: "failed", message: reply.error.message };
}
