import type { Json } from "../../domain/json/json.ts";
import { hostStatus } from "../../domain/license/states.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { NO_DEVICE } from "./ask-device.ts";
import { openKey, openSealedKey } from "./present-license.ts";

export type LicenseWebhookEvent = "license.created" | "license.updated" | "license.revoked";

/** The host leaves an end it holds alone when none is sent; this one says "never". */
const NEVER = "9999-12-31T00:00:00.000Z";

/**
 * The `data` of a license webhook as the host expects it, with the key in the clear for its own instance; null when the
 * license or its sealed key is gone. Rendered when sent, so that no key lies in the outbox: `owed.serial` names which of the
 * license's keys is meant, the current one where nothing is said.
 */
export async function renderLicenseWebhook(
  world: Pick<World, "licenses" | "licenseKeys" | "vault" | "clock">,
  licenseId: string,
  event: LicenseWebhookEvent,
  owed: { readonly [member: string]: Json } = {},
): Promise<{ readonly [member: string]: string | number } | null> {
  const now = unixSeconds(world.clock.now());
  const facts = await world.licenses.find({ licenseId }, NO_DEVICE, now);
  if (facts === null) return null;
  const { license, liveSeats } = facts;
  const { serial, instance } = owed;
  // A license that moved is revoked at the instance it left; the key of that time was sealed for that instance.
  const holder = typeof instance === "string" ? { ...license, instanceId: instance } : license;
  const licenseKey =
    typeof serial === "number"
      ? await openSealedKey(world, holder, await world.licenseKeys.sealedOf(licenseId, serial))
      : await openKey(world, facts);
  if (licenseKey === null) return null;
  const maxInstalls = license.maxInstalls ?? -1;
  const end = license.graceUntil ?? license.expiresAt;
  if (event === "license.revoked") return { licenseKey };
  if (event === "license.updated")
    return {
      licenseKey,
      status: hostStatus(license, now),
      expiresAt: end === null ? NEVER : isoTime(end),
      maxInstalls,
      currentInstalls: liveSeats,
    };
  return {
    id: license.id,
    licenseKey,
    pluginId: license.pluginId,
    userId: license.userId,
    type: license.type === "free" ? "basic" : license.type,
    ...(end === null ? {} : { expiresAt: isoTime(end) }),
    ...(license.hardwareId === null ? {} : { hardwareId: license.hardwareId }),
    maxInstalls,
  };
}
