import type { Principal } from "../../domain/account/principal.ts";
import { coversPlugin, hasScope, manages } from "../../domain/account/rights.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Role } from "../license/access.ts";
import type { World } from "../ports.ts";
import type { OrderFacts } from "./ports.ts";

export const NO_ORDER: Problem<"NOT_FOUND"> = { reason: "NOT_FOUND", detail: "Order not found" };

/** An order and in what capacity the caller sees it; to everybody else it does not exist. */
export async function findOrder(
  world: Pick<World, "orders" | "licenses">,
  principal: Principal,
  orderId: string,
): Promise<Result<{ readonly facts: OrderFacts; readonly role: Role }, Problem<"NOT_FOUND">>> {
  const facts = await world.orders.find(orderId);
  const role = facts === null ? null : await roleIn(world, principal, facts);
  return facts === null || role === null ? refuse(NO_ORDER) : ok({ facts, role });
}

async function roleIn(
  world: Pick<World, "licenses">,
  principal: Principal,
  { order, plugin, instance }: OrderFacts,
): Promise<Role | null> {
  if (principal.kind === "anonymous") return null;
  if (principal.kind === "instance") return principal.instanceId === order.instanceId ? "instance" : null;
  const owned = { id: order.instanceId, accountId: instance.accountId };
  if (manages(principal, owned) && hasScope(principal, "instance:manage")) return "owner";
  if (
    hasScope(principal, "license:issue") &&
    coversPlugin(principal, plugin.name) &&
    (await world.licenses.isPublisherMember(order.publisherId, principal.accountId))
  )
    return "publisher";
  return principal.isOperator && hasScope(principal, "desk:accounts") ? "operator" : null;
}

/** `instance:7`, `account:3`: who did it, as rows keep it. */
export function actorText(principal: Principal): string {
  if (principal.kind === "anonymous") return "buyer";
  return principal.kind === "instance" ? `instance:${principal.instanceId}` : `account:${principal.accountId}`;
}
