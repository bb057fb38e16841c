import type { Json } from "../../domain/json/json.ts";
import type { License } from "../../domain/license/license.ts";
import type { MarketplaceLicense } from "../../domain/license/projection.ts";
import type { SoldTerms } from "../../domain/license/terms.ts";
import * as transitions from "../../domain/license/transitions.ts";
import type { Tier } from "../../domain/manifest/permissions.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { applyChange, type Changed, type ChangeWorld } from "./apply-change.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { planOf } from "./change-license.ts";
import { type IssueOrder, insertLicense } from "./issue-license.ts";
import type { Actor } from "./ports.ts";

/*
 * What payments do to licenses. Every function may be called again with the same arguments: what already is so is answered
 * with `isChanged: false` and writes nothing. None of them asks who may: the caller proved the payment.
 */

export type SaleResult = Promise<Result<Changed, Problem<Reason>>>;
const SALES: Actor = { kind: "system", id: "sales" };
const DISPUTE = "dispute";

export interface Sale extends IssueOrder {
  readonly pluginId: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly type: Tier;
  /** The sold term; null = open-ended. */
  readonly days: number | null;
  readonly sold?: Partial<SoldTerms>;
}

/**
 * The license of an order, pending until the order is settled; problems: NOT_FOUND, PLUGIN_SUSPENDED, ALREADY_LICENSED,
 * STATE_CHANGED. An order that has its license gets that one again.
 */
export async function issueForOrder(
  world: ChangeWorld & Parameters<typeof insertLicense>[0],
  sale: Sale,
): Promise<Result<{ readonly licenseId: string; readonly license: MarketplaceLicense | null }, Problem<Reason>>> {
  const made = await world.licenses.findByOrder(sale.orderId);
  if (made !== null) {
    if (sale.isSettled) await settleLicense(world, made, sale.orderId);
    return ok({ licenseId: made, license: null });
  }
  return insertSold(world, sale);
}

/** The license that an order gets in place of its own, which was revoked before the money came: made once, settled. */
export async function reissueForOrder(
  world: ChangeWorld & Parameters<typeof insertLicense>[0],
  sale: Sale,
): Promise<Result<{ readonly licenseId: string }, Problem<Reason>>> {
  const made = await world.licenses.findByOrder(sale.orderId);
  const now = unixSeconds(world.clock.now());
  const held = made === null ? null : await world.licenses.find({ licenseId: made }, NO_DEVICE, now);
  if (made !== null && held !== null && held.license.state !== "revoked") return ok({ licenseId: made });
  return insertSold(world, sale);
}

async function insertSold(
  world: ChangeWorld & Parameters<typeof insertLicense>[0],
  sale: Sale,
): Promise<Result<{ readonly licenseId: string; readonly license: MarketplaceLicense | null }, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const offer = await world.licenses.findOffer(sale.pluginId, sale.instanceId);
  if (offer === null || offer.instance === null || offer.plugin.state === "removed" || !offer.plugin.isPublished)
    return refuse({ reason: "NOT_FOUND", detail: "Plugin not found" });
  const { pluginId, instanceId, userId, type, days } = sale;
  const sold = { ...sale.sold, durationSeconds: days === null ? null : days * DAY };
  const issued = await insertLicense(
    world,
    offer,
    { pluginId, instanceId, userId, type, wanted: {}, sold },
    SALES,
    sale,
    now,
  );
  return issued.ok ? ok({ licenseId: issued.value.id, license: issued.value }) : issued;
}

/** pending → active. */
export function settleLicense(world: ChangeWorld, licenseId: string, orderId: string): SaleResult {
  return change(world, licenseId, "license.updated", { change: "settle", orderId }, transitions.settle);
}

/** pending → revoked(order_cancelled). */
export function cancelOrder(world: ChangeWorld, licenseId: string, orderId: string): SaleResult {
  return change(world, licenseId, "license.revoked", { reason: "order_cancelled", orderId }, (license) =>
    license.state === "pending" || license.state === "revoked"
      ? transitions.revoke(license, "order_cancelled")
      : refuse({ reason: "TRANSITION_INVALID", facts: { from: license.state, allowed: ["revoke"] } }),
  );
}

/** The collection of a renewal failed: grace from the end of the paid term. Repeated failures do not prolong it. */
export function failPayment(world: ChangeWorld, licenseId: string, orderId: string): SaleResult {
  return change(world, licenseId, "license.updated", { change: "payment_failed", orderId }, transitions.failPayment);
}

/**
 * A renewal was paid: the term moves by the license's renewal basis. `endsAt` (Unix seconds), where the provider names the
 * end of the paid period, makes a repeated call harmless: a term that reaches it is left alone.
 */
export function renewByPayment(
  world: ChangeWorld,
  licenseId: string,
  paid: {
    readonly orderId: string;
    readonly days: number;
    readonly endsAt?: number;
    /** Whether this payment renewed the license before; asked after the license was read, so that a race writes once. */
    readonly isDone?: () => Promise<boolean>;
  },
): SaleResult {
  const { orderId, days, endsAt } = paid;
  return change(world, licenseId, "license.renewed", { days, orderId }, async (license, now) => {
    if (await paid.isDone?.()) return ok("unchanged");
    const isReached = endsAt !== undefined && license.expiresAt !== null && license.expiresAt >= endsAt;
    if (isReached && license.graceUntil === null) return ok("unchanged");
    return transitions.renew(license, days, now);
  });
}

/** A trial was bought: same id, key and seats, the sold term from now. A license that is no trial any more is left alone. */
export function convertTrial(
  world: ChangeWorld,
  licenseId: string,
  sale: { readonly orderId: string; readonly type: Tier; readonly days: number | null } & {
    readonly sold?: Partial<SoldTerms>;
  },
): SaleResult {
  const { orderId, type } = sale;
  return change(world, licenseId, "trial.converted", { type, orderId }, async (license, now) => {
    if (license.life.orderId === orderId && license.type !== "trial") return ok("unchanged");
    const converted = transitions.convert(license, await planOf(world, license, { ...sale, sold: sale.sold }), now);
    if (!converted.ok || converted.value === "unchanged") return converted;
    return ok({ ...converted.value, orderId, autoRenew: sale.sold?.autoRenew ?? false });
  });
}

/** A higher plan was paid for. */
export function upgradeByPayment(
  world: ChangeWorld,
  licenseId: string,
  sale: {
    readonly orderId: string;
    readonly type: Tier;
    /** The sold term, taken where a free plan becomes a paid one. */
    readonly days?: number | null;
    readonly sold?: Partial<SoldTerms>;
  },
): SaleResult {
  const { orderId, type, days = null } = sale;
  return change(world, licenseId, "license.upgraded", { type, orderId }, async (license, now) => {
    if (license.life.orderId === orderId && license.type === type) return ok("unchanged");
    const plan = await planOf(world, license, { ...sale, days, sold: sale.sold });
    const upgraded = transitions.upgrade(license, plan, now);
    return upgraded.ok && upgraded.value !== "unchanged" ? ok({ ...upgraded.value, orderId }) : upgraded;
  });
}

/** Collection was given up or cancelled at the provider: the license ends with its term. */
export function cancelAtTermEnd(world: ChangeWorld, licenseId: string): SaleResult {
  return change(world, licenseId, "license.updated", { change: "cancel" }, transitions.cancel);
}

/** Refunded, or a dispute was lost: revoked for good, open download grants die in the same transaction. */
export function revokeForRefund(
  world: ChangeWorld,
  licenseId: string,
  reason: "refund" | "chargeback" | "fraud",
): SaleResult {
  return change(world, licenseId, "license.revoked", { reason }, (license) => transitions.revoke(license, reason));
}

/** A dispute was opened: nothing runs until it is decided. A license that was stopped before keeps its own reason. */
export function suspendForDispute(world: ChangeWorld, licenseId: string): SaleResult {
  return change(world, licenseId, "license.suspended", { reason: DISPUTE }, (license, now) =>
    license.state === "revoked" ? ok("unchanged") : transitions.suspend(license, DISPUTE, now),
  );
}

/** The dispute was won: only what the dispute stopped goes on. */
export function reactivateAfterDispute(world: ChangeWorld, licenseId: string): SaleResult {
  return change(world, licenseId, "license.reactivated", { reason: DISPUTE }, (license, now) =>
    license.state === "suspended" && license.stateReason === DISPUTE
      ? transitions.reactivate(license, false, now)
      : ok("unchanged"),
  );
}

function change(
  world: ChangeWorld & Pick<World, "licenses">,
  licenseId: string,
  kind: string,
  data: { readonly [member: string]: Json },
  decide: (license: License, now: number) => transitions.Transition | Promise<transitions.Transition>,
): SaleResult {
  return applyChange(world, { licenseId }, async ({ license }, now) =>
    ok({ transition: await decide(license, now), change: { kind, data, actor: SALES } }),
  );
}
