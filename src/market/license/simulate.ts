import type { LicenseCode } from "../../domain/license/codes.ts";
import { activationIdOf, deviceIdOf, installationUuidOf } from "../../domain/license/identity.ts";
import { leaseClaims, type RequestBinding } from "../../domain/license/lease.ts";
import type { License } from "../../domain/license/license.ts";
import { isOkCode, SIMULATED_STATES } from "../../domain/license/simulation.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result } from "../../domain/result.ts";
import { isoTime } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import type { ActivateReply } from "./activate.ts";
import { makeJti } from "./make-ids.ts";
import type { AskingDevice } from "./match-device.ts";
import type { ActivationFacts } from "./ports.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { signClaims } from "./sign.ts";
import { HEARTBEAT_SECONDS } from "./take-seat.ts";

/**
 * What a request for this license says instead of the truth (README, Simulation); null: a code of class ok, played by
 * whoever asks. Only licenses made for it play: any other is SIMULATION_REFUSED.
 */
export function playedRefusal(license: License, code: LicenseCode): Problem<Reason> | null {
  if (!license.isTest) return { reason: "SIMULATION_REFUSED" };
  if (isOkCode(code)) return null;
  const again = code === "ACTIVATION_BUDGET" || code === "OFFLINE_CODE_COOLDOWN" ? { retryAfter: 60 } : {};
  return { reason: code, facts: { sim: true, ...again } };
}

/** The activation of a test license in a played state: a lease that says so, no seat, nothing written. */
export async function playActivation(
  world: Pick<World, "leaseSigner" | "site" | "chance">,
  facts: ActivationFacts,
  device: AskingDevice,
  request: {
    readonly pluginId: string;
    readonly version: string;
    readonly environment: Parameters<typeof leaseClaims>[2]["environment"];
    readonly binding: RequestBinding;
  },
  code: LicenseCode,
  now: number,
): Promise<Result<ActivateReply, Problem<Reason>>> {
  const { license, activation: row } = facts;
  const refusal = playedRefusal(license, code);
  if (refusal !== null || !isOkCode(code))
    return refuseSigned(world, request.pluginId, refusal ?? { reason: "SIMULATION_REFUSED" }, request.binding, now);
  const deviceId = row?.deviceId ?? deviceIdOf(device);
  if (deviceId === null) throw new Error("a played seat for no device");
  const activationId = row?.id ?? (await activationIdOf(license.id, deviceId));
  const installationId = row?.installationId ?? (await installationUuidOf(license.instanceId, activationId));
  const subject = {
    activationId,
    installationId,
    hardwareId: device.hardwareId,
    deviceJkt: device.jkt,
    environment: request.environment,
    version: request.version,
    jti: makeJti(world),
    simulated: SIMULATED_STATES[code],
  };
  const lease = leaseClaims(world.site.origin, license, subject, facts.rights, request.binding, now);
  const body = {
    code,
    class: "ok",
    message: "This is a simulation: no seat was taken.",
    activationId,
    installationId,
    lease: await signClaims(world, lease.claims),
    license: { status: "active", type: license.type },
    refreshAfter: isoTime(lease.refreshAfter),
    validUntil: isoTime(lease.expiresAt),
    nextHeartbeatSeconds: HEARTBEAT_SECONDS,
    warnings: [],
  };
  return ok({ status: 200, body: JSON.stringify(body), isReplayed: false, mayRun: false });
}
