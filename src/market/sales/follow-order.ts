import type { Attention, Order } from "../../domain/sales/order.ts";
import { unixSeconds } from "../../domain/time.ts";
import { NO_DEVICE } from "../license/ask-device.ts";
import {
  cancelAtTermEnd,
  cancelOrder,
  convertTrial,
  reactivateAfterDispute,
  renewByPayment,
  revokeForRefund,
  type SaleResult,
  settleLicense,
  suspendForDispute,
  upgradeByPayment,
} from "../license/terms-for-sales.ts";
import type { OrderFacts } from "./ports.ts";
import type { SalesWorld } from "./sales-world.ts";

const ATTEMPTS = 4;

/**
 * Brings the license to where the order's state says it must be (README, States). Safe to call at any time, twice or at once:
 * every step is already done or done exactly once. Who finds that the order went on meanwhile follows again, so that the last
 * step is that of the last state; what a crash left undone the sweep does.
 */
export async function followOrder(world: SalesWorld, facts: Pick<OrderFacts, "order">): Promise<void> {
  let { order } = facts;
  if (order.appliedRev >= order.rev) return;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const result = await act(world, order);
    if (result === "later") return;
    if (await world.orders.markApplied(order, result, unixSeconds(world.clock.now()))) return;
    const after = await world.orders.find(order.id);
    if (after === null) return;
    order = after.order;
  }
}

interface Followed {
  readonly isFulfilled: boolean;
  readonly attention: Attention | null;
}
const DONE: Followed = { isFulfilled: false, attention: null };
const FULFILLED: Followed = { isFulfilled: true, attention: null };
const IN_VAIN: Followed = { isFulfilled: false, attention: "not_fulfilled" };

async function act(world: SalesWorld, order: Order): Promise<Followed | "later"> {
  // A crash may have left the license it was made for without its name in the order.
  const isOwn = order.kind === "new" && order.state !== "open" && order.state !== "failed";
  const licenseId = order.licenseId ?? (isOwn ? await world.licenses.findByOrder(order.id) : null);
  switch (order.state) {
    case "open":
    case "failed":
      return DONE;
    case "paid":
      // A dispute that was won lets the license go on; of one that was never given this changes nothing.
      if (licenseId !== null && !(await reactivateAfterDispute(world, licenseId)).ok) return "later";
      return order.fulfilledAt === null ? fulfil(world, order, licenseId) : DONE;
    case "disputed": {
      if (licenseId === null) return DONE;
      const stopped = judge(await suspendForDispute(world, licenseId), DONE);
      // What was not given yet is not stopped: it is given once the dispute is won.
      return stopped === IN_VAIN && order.fulfilledAt === null ? DONE : stopped;
    }
    case "refunded":
      return licenseId === null ? DONE : judge(await revokeForRefund(world, licenseId, "refund"), DONE);
    case "charged_back":
      return licenseId === null ? DONE : judge(await revokeForRefund(world, licenseId, "chargeback"), DONE);
    case "cancelled":
      // Who gives up the renewal that was asked for by itself wants none: the license goes on to its end.
      if (order.createdBy === "system" && licenseId !== null) await cancelAtTermEnd(world, licenseId);
      // What the order would have renewed or raised stays as it is.
      return licenseId === null || order.kind !== "new"
        ? DONE
        : judge(await cancelOrder(world, licenseId, order.id), DONE);
  }
}

/** Gives what was bought. Money whose license is gone meanwhile buys nothing: a person must look. */
async function fulfil(world: SalesWorld, order: Order, licenseId: string | null): Promise<Followed | "later"> {
  return licenseId === null ? IN_VAIN : judge(await deliver(world, order, licenseId), FULFILLED);
}

async function deliver(world: SalesWorld, order: Order, licenseId: string): SaleResult {
  const { id: orderId, tier: type, termDays: days } = order;
  switch (order.kind) {
    case "new":
      return settleLicense(world, licenseId, orderId);
    case "renew":
      return renewByPayment(world, licenseId, {
        orderId,
        days: days ?? 0,
        isDone: () => world.orders.isRenewed(licenseId, orderId),
      });
    case "convert": {
      // A free plan has no trial to convert; it takes the sold term as well.
      const held = await world.licenses.find({ licenseId }, NO_DEVICE, unixSeconds(world.clock.now()));
      const sale = { orderId, type, days, sold: { autoRenew: order.autoRenew } };
      return held?.license.type === "free"
        ? upgradeByPayment(world, licenseId, sale)
        : convertTrial(world, licenseId, sale);
    }
    case "upgrade":
      return upgradeByPayment(world, licenseId, { orderId, type });
  }
}

/** A license that was written by somebody else three times in a row is tried again by the sweep. */
function judge(result: Awaited<SaleResult>, done: Followed): Followed | "later" {
  if (result.ok) return done;
  return result.problem.reason === "STATE_CHANGED" ? "later" : IN_VAIN;
}
