import type { Principal } from "../../domain/account/principal.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Coupon } from "../../domain/sales/coupon.ts";
import type { Seller } from "../../domain/sales/invoice.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";

/** Members who may say how a publisher is paid. */
const MAY_SELL = ["owner", "billing"];
const NOBODY: Seller = { legalName: "", address: "", taxId: "", taxNote: "", instructions: "" };

/** The publisher of that handle, for a member who may sell for it; to others it is not there. */
async function sellingFor(
  world: Pick<World, "accounts">,
  principal: Principal,
  handle: string,
): Promise<Result<string, Problem<"NOT_FOUND" | "PERMISSION_DENIED">>> {
  if (principal.kind !== "account") return refuse({ reason: "NOT_FOUND" });
  const member = (await world.accounts.memberships(principal.accountId)).find((entry) => entry.handle === handle);
  if (member === undefined) return refuse({ reason: "NOT_FOUND" });
  if (!MAY_SELL.includes(member.role)) return refuse({ reason: "PERMISSION_DENIED", facts: { role: member.role } });
  // Where the money goes concerns every plugin.
  if (principal.token.plugins !== null) return refuse({ reason: "PERMISSION_DENIED", facts: { needs: "all plugins" } });
  return ok(member.id);
}

export async function showSeller(
  world: Pick<World, "accounts" | "sellers">,
  principal: Principal,
  handle: string,
): Promise<Result<Seller, Problem<Reason>>> {
  const publisherId = await sellingFor(world, principal, handle);
  return publisherId.ok ? ok((await world.sellers.find(publisherId.value)) ?? NOBODY) : publisherId;
}

/** Who changes where money goes is noted. */
export async function saveSeller(
  world: Pick<World, "accounts" | "sellers" | "audit" | "clock">,
  principal: Principal,
  handle: string,
  seller: Seller,
): Promise<Result<Seller, Problem<Reason>>> {
  const publisherId = await sellingFor(world, principal, handle);
  if (!publisherId.ok || principal.kind !== "account")
    return publisherId.ok ? refuse({ reason: "NOT_FOUND" }) : publisherId;
  const now = unixSeconds(world.clock.now());
  await world.sellers.save(publisherId.value, seller, now);
  await world.audit.append(
    {
      actorKind: "account",
      actorId: principal.accountId,
      action: "seller.saved",
      subjectKind: "publisher",
      subjectId: publisherId.value,
      data: { legalName: seller.legalName },
    },
    now,
  );
  return ok(seller);
}

export async function listCoupons(
  world: Pick<World, "accounts" | "sellers">,
  principal: Principal,
  handle: string,
): Promise<Result<readonly Coupon[], Problem<Reason>>> {
  const publisherId = await sellingFor(world, principal, handle);
  return publisherId.ok ? ok(await world.sellers.coupons(publisherId.value)) : publisherId;
}

/** Problems: NOT_FOUND (no such publisher, or no such plugin of it), PERMISSION_DENIED, `coupon_exists`. */
export async function createCoupon(
  world: Pick<World, "accounts" | "sellers" | "orders" | "clock">,
  principal: Principal,
  handle: string,
  asked: Pick<Coupon, "code" | "pluginId" | "percentOff" | "amountOff" | "maxRedemptions" | "expiresAt">,
): Promise<Result<Coupon, Problem<Reason>>> {
  const publisherId = await sellingFor(world, principal, handle);
  if (!publisherId.ok || principal.kind !== "account")
    return publisherId.ok ? refuse({ reason: "NOT_FOUND" }) : publisherId;
  if (asked.pluginId !== null) {
    const offer = await world.orders.offer(asked.pluginId, "0", "");
    if (offer?.plugin.publisherId !== publisherId.value)
      return refuse({ reason: "NOT_FOUND", detail: "Plugin not found" });
  }
  const now = unixSeconds(world.clock.now());
  const draft = { ...asked, code: asked.code.toUpperCase(), publisherId: publisherId.value };
  const id = await world.sellers.addCoupon({ ...draft, createdBy: `account:${principal.accountId}` }, now);
  return id === null ? refuse({ reason: "coupon_exists" }) : ok({ ...draft, id, redemptions: 0 });
}
