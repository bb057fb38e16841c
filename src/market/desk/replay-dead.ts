import type { AccountPrincipal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import { replayDelivery } from "../account/replay-webhook.ts";
import { replayExecution } from "../execution/supervise.ts";
import { HOOK_BELL } from "../hooks/ports.ts";
import type { World } from "../ports.ts";

/** Something that died, and whose it is: the instance of a run or webhook, the hook of a message. */
export interface DeadLetter {
  readonly kind: "runs" | "webhooks" | "hooks";
  readonly id: string;
  readonly owner: string;
}

type Needs = Pick<
  World,
  "runs" | "executionBell" | "instances" | "deliveryLog" | "webhookBell" | "background" | "hooks" | "audit" | "clock"
>;

/** Puts a dead letter back into its queue, whoever it belongs to, and writes down who did. */
export async function replayDead(
  world: Needs,
  principal: AccountPrincipal,
  letter: DeadLetter,
): Promise<Result<null, Problem<Reason>>> {
  const done = await replay(world, principal, letter);
  if (!done.ok) return done;
  const { kind, id, owner } = letter;
  await world.audit.append(
    {
      actorKind: "account",
      actorId: principal.accountId,
      action: "delivery.replayed",
      subjectKind: kind === "hooks" ? "hook" : "instance",
      subjectId: owner,
      data: { kind, id },
    },
    unixSeconds(world.clock.now()),
  );
  return ok(null);
}

async function replay(
  world: Needs,
  principal: AccountPrincipal,
  { kind, id, owner }: DeadLetter,
): Promise<Result<unknown, Problem<Reason>>> {
  switch (kind) {
    case "runs":
      return replayExecution(world, { instanceId: owner }, id);
    case "webhooks":
      return replayDelivery(world, principal, owner, id);
    case "hooks": {
      const found = await world.hooks.delivery(owner, id);
      if (found === null) return refuse({ reason: "NOT_FOUND" });
      const ids = await world.hooks.replay(owner, { deliveryId: id }, 1, unixSeconds(world.clock.now()));
      for (const queued of ids) world.background.defer(world.webhookBell.ring(`${HOOK_BELL}${queued}`));
      return ok(null);
    }
  }
}
