import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import type { World } from "../ports.ts";
import type { RevenueOf } from "./ports.ts";

/**
 * What the caller earned with a plugin, or with all it sells, in euros as the host shows them: instances that act for a publisher,
 * members with `stats:read`, and operators of the desk over all. What others earn is nobody's business: 0.
 */
export async function showRevenue(
  world: Pick<World, "orders">,
  principal: Principal,
  pluginId: string | null,
): Promise<number> {
  const seller = sellerOf(principal);
  return seller === null ? 0 : (await world.orders.revenue({ ...seller, pluginId })) / 100;
}

function sellerOf(principal: Principal): Omit<RevenueOf, "pluginId"> | null {
  if (principal.kind === "anonymous") return null;
  if (principal.kind === "instance")
    return principal.publisherId === null
      ? null
      : { publisherId: principal.publisherId, memberId: null, plugins: null };
  if (principal.isOperator && hasScope(principal, "desk:accounts"))
    return { publisherId: null, memberId: null, plugins: null };
  if (!hasScope(principal, "stats:read")) return null;
  return { publisherId: null, memberId: principal.accountId, plugins: principal.token.plugins };
}
