import type { Principal } from "../../domain/account/principal.ts";
import { manages } from "../../domain/account/rights.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { LoggedDelivery } from "../license/delivery-log-ports.ts";
import type { World } from "../ports.ts";

type Needs = Pick<World, "instances" | "deliveryLog" | "webhookBell" | "background" | "clock">;

/** Webhooks of an instance, newest first, for its owner and the operator. */
export async function listDeliveries(
  world: Needs,
  principal: Principal,
  instanceId: string,
  page: { readonly before: string | null; readonly limit: number },
): Promise<Result<readonly JsonObject[], Problem<"NOT_FOUND">>> {
  if (!(await maySee(world, principal, instanceId))) return refuse({ reason: "NOT_FOUND" });
  return ok((await world.deliveryLog.list(instanceId, page.before, page.limit)).map(present));
}

/** Sends one again under its id and sequence, with the license as it is now. A paused hook goes on by it. */
export async function replayDelivery(
  world: Needs,
  principal: Principal,
  instanceId: string,
  deliveryId: string,
): Promise<Result<JsonObject, Problem<"NOT_FOUND">>> {
  if (!(await maySee(world, principal, instanceId))) return refuse({ reason: "NOT_FOUND" });
  const replayed = await world.deliveryLog.replay(instanceId, deliveryId, unixSeconds(world.clock.now()));
  if (replayed === null) return refuse({ reason: "NOT_FOUND" });
  world.background.defer(world.webhookBell.ring(deliveryId));
  return ok(present(replayed));
}

async function maySee(world: Needs, principal: Principal, instanceId: string): Promise<boolean> {
  if (principal.kind === "instance") return principal.instanceId === instanceId;
  if (principal.kind !== "account") return false;
  const instance = await world.instances.find(instanceId);
  return instance !== null && (manages(principal, instance) || principal.isOperator);
}

function present(delivery: LoggedDelivery): JsonObject {
  const { id, event, subjectKind, subjectId, sequence, state, attempts, lastStatus, deliveredAt } = delivery;
  return {
    id,
    eventId: `evt_${id}`,
    event,
    ...(subjectId === null ? {} : { [subjectKind === "license" ? "licenseId" : "subjectId"]: subjectId }),
    ...(sequence === 0 ? {} : { sequence }),
    state,
    attempts,
    ...(lastStatus === null ? {} : { lastStatus }),
    ...(state === "queued" ? { nextAttempt: isoTime(delivery.notBefore) } : {}),
    createdAt: isoTime(delivery.createdAt),
    ...(deliveredAt === null ? {} : { deliveredAt: isoTime(deliveredAt) }),
  };
}
