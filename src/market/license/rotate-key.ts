import type { Principal } from "../../domain/account/principal.ts";
import { keyHint, makeLegacyKey, makeLicenseKey } from "../../domain/license/key.ts";
import { type MarketplaceLicense, projectLicense } from "../../domain/license/projection.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { DAY, isoTime, unixSeconds } from "../../domain/time.ts";
import { ringWebhooks } from "../account/ring-webhooks.ts";
import type { World } from "../ports.ts";
import { actorOf, roleOf } from "./access.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { makeOp } from "./make-ids.ts";
import { sealKey } from "./present-license.ts";

const ATTEMPTS = 3;

/**
 * A new key for a license, shown in this answer only. The old one is taken for `overlapDays` more with the warning
 * KEY_ROTATED, then KEY_RETIRED. Seats, leases and epoch stay. For the instance itself and its owner.
 */
export async function rotateKey(
  world: Pick<
    World,
    "licenses" | "licenseKeys" | "keyHasher" | "vault" | "chance" | "clock" | "webhooks" | "webhookBell" | "background"
  >,
  principal: Principal,
  licenseId: string,
  overlapDays: number,
): Promise<Result<MarketplaceLicense & { readonly oldKeyUntil: string }, Problem<Reason>>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = unixSeconds(world.clock.now());
    const facts = await world.licenses.find({ licenseId }, NO_DEVICE, now);
    const role = facts === null ? null : await roleOf(world, principal, facts);
    if (facts === null || role === null) return refuse({ reason: "NOT_FOUND", detail: "License not found" });
    if (role !== "instance" && role !== "owner") return refuse({ reason: "PERMISSION_DENIED" });
    const { license } = facts;
    if (license.state === "revoked")
      return refuse({ reason: "TRANSITION_INVALID", facts: { from: "revoked", allowed: [] } });
    const offer = await world.licenses.findOffer(license.pluginId, license.instanceId);
    const isLegacy = offer?.instance?.keyShape === "legacy";
    const key = isLegacy ? makeLegacyKey(world.chance.bytes(15)) : makeLicenseKey("live", world.chance.bytes(17));
    const oldUntil = now + overlapDays * DAY;
    const isRotated = await world.licenseKeys.rotate({
      license,
      key: {
        hash: await world.keyHasher.hash("rbsm-license-key", key.text),
        pepperV: world.keyHasher.version,
        kind: key.kind,
        hint: keyHint(key),
        sealed: await sealKey(world, license, key.text),
      },
      oldUntil,
      actor: actorOf(role, principal),
      op: makeOp(world),
      now,
    });
    if (!isRotated) continue;
    ringWebhooks(world, "license", license.id);
    return ok({ ...projectLicense(license, key.text, facts.liveSeats, now), oldKeyUntil: isoTime(oldUntil) });
  }
  return refuse({ reason: "STATE_CHANGED" });
}
