import type { Principal } from "../../domain/account/principal.ts";
import type { Json } from "../../domain/json/json.ts";
import type { MarketplaceLicense } from "../../domain/license/projection.ts";
import { deriveState } from "../../domain/license/states.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { SOLD_TIERS, type SoldTier } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { NO_DEVICE } from "../license/ask-device.ts";
import { type IssueRequest, issueLicense } from "../license/issue-license.ts";
import { presentToInstance } from "../license/present-license.ts";
import { collectLicense } from "./collect-license.ts";
import { offerOrder } from "./open-order.ts";
import type { SalesWorld } from "./sales-world.ts";

/**
 * The host's own call for a license: free and trial at once; of a sold tier the license its instance has paid for, once, else 402
 * with the address where it is paid. Everybody else's calls go through as they are.
 */
export async function issueOrOffer(
  world: SalesWorld,
  principal: Principal,
  request: IssueRequest,
  checkoutUrl: (orderId: string) => string,
): Promise<Result<MarketplaceLicense, Problem<Reason>>> {
  const { type, pluginId, instanceId, userId } = request;
  if (principal.kind !== "instance" || !isSold(type)) return issueLicense(world, principal, request);
  const paid = await collectLicense(world, { instanceId, userId, pluginId, tier: type });
  if (paid !== null) return ok(paid);
  const issued = await issueLicense(world, principal, request);
  if (issued.ok || issued.problem.reason !== "PAYMENT_REQUIRED") return issued;
  const held = await heldLicense(world, request, type);
  if (held !== null)
    return refuse({ reason: "ALREADY_LICENSED", facts: { ...held } as unknown as { [member: string]: Json } });
  const offered = await offerOrder(world, principal, { pluginId, instanceId, userId, tier: type });
  if (!offered.ok) return issued;
  const { id, amount, currency } = offered.value.order;
  return refuse({ reason: "PAYMENT_REQUIRED", facts: { checkoutUrl: checkoutUrl(id), orderId: id, amount, currency } });
}

function isSold(type: string): type is SoldTier {
  return SOLD_TIERS.some((sold) => sold === type);
}

/** A valid license of this very tier: there is nothing to pay for. */
async function heldLicense(
  world: SalesWorld,
  { pluginId, instanceId, userId }: IssueRequest,
  tier: SoldTier,
): Promise<MarketplaceLicense | null> {
  const offer = await world.orders.offer(pluginId, instanceId, userId);
  if (offer?.heldLicenseId == null) return null;
  const now = unixSeconds(world.clock.now());
  const facts = await world.licenses.find({ licenseId: offer.heldLicenseId }, NO_DEVICE, now);
  if (facts === null || facts.license.type !== tier) return null;
  const state = deriveState(facts.license, now);
  return state === "active" || state === "past_due" ? presentToInstance(world, facts, now) : null;
}
