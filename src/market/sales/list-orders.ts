import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import type { OrderState } from "../../domain/sales/order.ts";
import type { World } from "../ports.ts";
import type { OrderFacts, OrderFilter } from "./ports.ts";

/**
 * What the caller bought or sold, newest first: an instance its own; an account those of its instances (`instance:manage`) and of
 * its publishers (`license:issue`); the operators' desk all.
 */
export async function listOrders(
  world: Pick<World, "orders">,
  principal: Principal,
  asked: {
    readonly state?: OrderState | undefined;
    readonly pluginId?: string | undefined;
    readonly page: number;
    readonly limit: number;
  },
): Promise<{ readonly data: readonly OrderFacts[]; readonly total: number }> {
  return world.orders.list({ ...asked, ...sightOf(principal) });
}

function sightOf(principal: Principal): Pick<OrderFilter, "instanceId" | "account"> {
  if (principal.kind === "anonymous") throw new Error("a list of orders was asked for by nobody");
  if (principal.kind === "instance") return { instanceId: principal.instanceId };
  if (principal.isOperator && hasScope(principal, "desk:accounts")) return {};
  return {
    account: {
      id: principal.accountId,
      buys: hasScope(principal, "instance:manage"),
      sells: hasScope(principal, "license:issue"),
      plugins: principal.token.plugins,
    },
  };
}
