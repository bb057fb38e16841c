import type { Principal } from "../../domain/account/principal.ts";
import { hostError, type LicenseCode } from "../../domain/license/codes.ts";
import { type Build, judge } from "../../domain/license/judge.ts";
import { parseLicenseKey } from "../../domain/license/key.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { referKey } from "./ask-device.ts";
import { intendedUse } from "./intended-use.ts";

/** What the host sends when it does not know its hardware: fine for unbound licenses only. */
export const UNKNOWN_HARDWARE = "unknown";

export interface DownloadRight {
  readonly licenseId: string;
  /** The live installation on that hardware, if one is known. */
  readonly activationId: string | null;
}

/**
 * May this instance fetch that build with that key? Takes no seat. Everything but a standing license is a refusal of
 * status 403, whatever its code says elsewhere: the host shows the message and asks no further.
 */
export async function judgeLicenseForDownload(
  world: Pick<World, "licenses" | "keyHasher" | "clock">,
  principal: Extract<Principal, { kind: "instance" }>,
  wanted: {
    readonly pluginId: string;
    readonly licenseKey: string;
    readonly hardwareId: string;
    readonly build: Build;
  },
): Promise<Result<DownloadRight, Problem<Reason> & { readonly fallbackUntil?: number | null }>> {
  const key = parseLicenseKey(wanted.licenseKey);
  if (key === null) return refuse(unusable("NOT_FOUND"));
  const now = unixSeconds(world.clock.now());
  const hardwareId = wanted.hardwareId.toLowerCase();
  const facts = await world.licenses.find(await referKey(world, key), { hardwareId, jkt: null }, now);
  if (facts === null || facts.license.instanceId !== principal.instanceId) return refuse(unusable("NOT_FOUND"));
  const verdict = judge(
    facts.license,
    intendedUse(facts, {
      order: "host",
      pluginId: wanted.pluginId,
      isOwner: true,
      hardwareId,
      build: wanted.build,
    }),
    now,
  );
  if (verdict.class !== "ok")
    return refuse({ ...unusable(verdict.code, verdict.facts), fallbackUntil: facts.license.fallbackUntil });
  return ok({ licenseId: facts.license.id, activationId: facts.activation?.id ?? null });
}

function unusable(code: LicenseCode, facts: Problem["facts"] = {}): Problem<Reason> {
  const isForbidden = FORBIDDEN.find((known) => known === code);
  const detail = hostError(code);
  return isForbidden === undefined
    ? { reason: "PERMISSION_DENIED", detail, facts: { ...facts, license: code } }
    : { reason: isForbidden, detail, facts };
}

const FORBIDDEN = [
  "REVOKED",
  "SUSPENDED",
  "PLUGIN_SUSPENDED",
  "INSTANCE_SUSPENDED",
  "NOT_YET_VALID",
  "EXPIRED",
  "TRIAL_EXPIRED",
  "PRODUCT_MISMATCH",
  "DEVICE_MISMATCH",
  "SEAT_EVICTED",
  "VERSION_NOT_ENTITLED",
  "BUILD_MISMATCH",
  "KEY_RETIRED",
] as const satisfies readonly Reason[];
