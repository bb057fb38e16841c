import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/**
 * After a batch that owed webhooks about a license or plugin: rings for them once the answer is out. Losing the bell loses
 * nothing, the sweep rings again.
 */
export function ringWebhooks(
  world: Pick<World, "webhooks" | "webhookBell" | "background" | "clock">,
  subjectKind: "license" | "plugin",
  subjectId: string,
): void {
  world.background.defer(
    (async () => {
      const now = unixSeconds(world.clock.now());
      for (const { id, notBefore } of await world.webhooks.owedAbout(subjectKind, subjectId))
        await world.webhookBell.ring(id, Math.max(0, notBefore - now));
    })(),
  );
}
