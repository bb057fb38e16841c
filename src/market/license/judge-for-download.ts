import { classOf } from "../../domain/license/codes.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import { judge } from "../../domain/license/judge.ts";
import { parseLicenseKey } from "../../domain/license/key.ts";
import type { License } from "../../domain/license/license.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { referKey } from "./ask-device.ts";
import { useOf } from "./use-of.ts";

export interface DownloadUse {
  readonly pluginId: string;
  readonly licenseKey: unknown;
  /** 64 hex, or any other text (`unknown`), which is enough for unbound licenses only. */
  readonly hardwareId: string;
  readonly instanceId: string;
}

/**
 * May this license fetch a bundle of the plugin? Only class ok passes; every refusal is for the caller to answer as 403.
 * Takes no seat. `activationId` is the device's installation, if it has one.
 */
export async function judgeLicenseForDownload(
  world: Pick<World, "licenses" | "keyHasher" | "clock">,
  use: DownloadUse,
): Promise<Result<{ readonly license: License; readonly activationId: string | null }, Problem<Reason>>> {
  const key = parseLicenseKey(use.licenseKey);
  if (key === null) return refuse({ reason: "KEY_MALFORMED" });
  const now = unixSeconds(world.clock.now());
  const seatId = parseHardwareId(use.hardwareId);
  const facts = await world.licenses.find(await referKey(world, key), { hardwareId: seatId, jkt: null }, now);
  if (facts === null || facts.license.instanceId !== use.instanceId)
    return refuse({ reason: "NOT_FOUND", detail: "License not found" });
  const verdict = judge(
    facts.license,
    useOf(facts, {
      order: "host",
      pluginId: use.pluginId,
      isOwner: true,
      hardwareId: seatId ?? use.hardwareId,
    }),
    now,
  );
  if (classOf(verdict.code) !== "ok") return refuse({ reason: verdict.code as Reason, facts: verdict.facts });
  return ok({ license: facts.license, activationId: facts.activation?.id ?? null });
}
