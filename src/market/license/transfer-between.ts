import type { Principal } from "../../domain/account/principal.ts";
import { hasScope } from "../../domain/account/rights.ts";
import { refuseTransfer } from "../../domain/license/binding.ts";
import { keyHint, makeLegacyKey, makeLicenseKey } from "../../domain/license/key.ts";
import { type MarketplaceLicense, projectLicense } from "../../domain/license/projection.ts";
import { TRANSFER_OFFER_SECONDS } from "../../domain/license/seat-budget.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { actorOf, roleOf } from "./access.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { makeOp } from "./make-ids.ts";
import { sealKey } from "./present-license.ts";

const ATTEMPTS = 3;
const UNKNOWN = { reason: "NOT_FOUND", detail: "License not found" } as const;

export interface OfferedTransfer {
  readonly licenseId: string;
  readonly instanceId: string;
  readonly userId: string;
  readonly expiresAt: string;
}

/** The first half: whoever owns the license offers it to a user of another instance, for a week; a new offer replaces it. */
export async function offerTransfer(
  world: Pick<World, "licenses" | "licenseDevices" | "chance" | "clock">,
  principal: Principal,
  licenseId: string,
  to: { readonly instanceId: string; readonly userId: string },
): Promise<Result<OfferedTransfer, Problem<Reason>>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = unixSeconds(world.clock.now());
    const facts = await world.licenses.find({ licenseId }, NO_DEVICE, now);
    const role = facts === null ? null : await roleOf(world, principal, facts);
    if (facts === null || role === null) return refuse(UNKNOWN);
    if (role !== "instance" && role !== "owner") return refuse({ reason: "PERMISSION_DENIED" });
    const { license } = facts;
    const last = await world.licenseDevices.lastAt(licenseId, "license.transferred");
    const refusal = refuseTransfer(license, last, now);
    if (refusal !== null) return refuse(refusal);
    // Whether an instance exists is nobody's business: an offer to none is an offer that nobody accepts.
    if (to.instanceId === license.instanceId)
      return refuse({ reason: "TRANSFER_REFUSED", facts: { why: "same_instance" } });
    const actor = actorOf(role, principal);
    const offer = {
      licenseId,
      toInstanceId: to.instanceId,
      toUserId: to.userId,
      offeredBy: `${actor.kind === "owner" ? "account" : "instance"}:${actor.id}`,
      offeredAt: now,
      expiresAt: now + TRANSFER_OFFER_SECONDS,
    };
    if (!(await world.licenseDevices.offerTransfer(offer, makeOp(world), actor, license))) continue;
    return ok({ licenseId, ...to, expiresAt: isoTime(offer.expiresAt) });
  }
  return refuse({ reason: "STATE_CHANGED" });
}

/**
 * The second half: the other instance, or its owner, takes it. Unbound, every seat free, and with a key of its own: the old
 * one ends in the same transaction. The answer shows the new key once.
 */
export async function acceptTransfer(
  world: Pick<
    World,
    | "licenses"
    | "licenseDevices"
    | "keyHasher"
    | "vault"
    | "lastGood"
    | "chance"
    | "clock"
    | "webhooks"
    | "webhookBell"
    | "background"
  >,
  principal: Principal,
  licenseId: string,
): Promise<Result<MarketplaceLicense, Problem<Reason>>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = unixSeconds(world.clock.now());
    const offer = await world.licenseDevices.transferOffer(licenseId, now);
    if (offer === null || !(await mayAccept(world, principal, offer.toInstanceId))) return refuse(UNKNOWN);
    const facts = await world.licenses.find({ licenseId }, NO_DEVICE, now);
    if (facts === null) return refuse(UNKNOWN);
    const { license } = facts;
    const refusal = refuseTransfer(license, await world.licenseDevices.lastAt(licenseId, "license.transferred"), now);
    if (refusal !== null) return refuse(refusal);
    const target = await world.licenses.findOffer(license.pluginId, offer.toInstanceId);
    if (target?.instance?.state !== "active") return refuse(UNKNOWN);
    const isLegacy = target.instance.keyShape === "legacy";
    const key = isLegacy ? makeLegacyKey(world.chance.bytes(15)) : makeLicenseKey("live", world.chance.bytes(17));
    const moved = { ...license, instanceId: offer.toInstanceId };
    const completed = await world.licenseDevices.completeTransfer({
      license,
      offer,
      key: {
        hash: await world.keyHasher.hash("rbsm-license-key", key.text),
        kind: key.kind,
        hint: keyHint(key),
        sealed: await sealKey(world, moved, key.text),
        pepperV: world.keyHasher.version,
      },
      actor:
        principal.kind === "instance"
          ? { kind: "instance", id: principal.instanceId }
          : { kind: "owner", id: principal.kind === "account" ? principal.accountId : null },
      op: makeOp(world),
      now,
    });
    if (completed === "already_licensed") return refuse({ reason: "ALREADY_LICENSED" });
    if (completed === "changed") continue;
    // Before the answer: the old host must not be told from memory that the license is still its own.
    await world.lastGood.forgetLicense(license.instanceId, licenseId, license.epoch + 1);
    ringWebhooks(world, "license", licenseId);
    const after = await world.licenses.find({ licenseId }, NO_DEVICE, now);
    if (after === null) throw new Error("a transferred license cannot be found");
    return ok(projectLicense(after.license, key.text, after.liveSeats, now));
  }
  return refuse({ reason: "STATE_CHANGED" });
}

async function mayAccept(
  world: Pick<World, "licenseDevices">,
  principal: Principal,
  instanceId: string,
): Promise<boolean> {
  if (principal.kind === "instance") return principal.instanceId === instanceId;
  if (principal.kind !== "account" || !hasScope(principal, "instance:manage")) return false;
  return (await world.licenseDevices.instanceOwner(instanceId)) === principal.accountId;
}
