import type { JsonObject } from "../../domain/json/json.ts";
import { activationIdOf, deviceIdOf, installationUuidOf } from "../../domain/license/identity.ts";
import type { Verdict } from "../../domain/license/judge.ts";
import { type LeaseRights, leaseClaims, type RequestBinding } from "../../domain/license/lease.ts";
import type { Environment } from "../../domain/license/license.ts";
import { deriveState, hostStatus } from "../../domain/license/states.ts";
import { isoTime } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { makeJti, makeOp } from "./make-ids.ts";
import type { Actor, Consent, Granted, GrantOrder, IdempotencyKey, LicenseFacts } from "./ports.ts";
import { releaseKeys } from "./release-keys.ts";
import { signClaims } from "./sign.ts";

/** How often the host pings, in seconds; never more. */
export const HEARTBEAT_SECONDS = 300;

/** What one device asks for once its right was judged ok. */
export interface SeatWish {
  readonly hardwareId: string | null;
  readonly jkt: string | null;
  readonly sealKey: string | null;
  readonly environment: Environment;
  readonly origin: string | null;
  readonly label: string | null;
  readonly appVersion: string | null;
  readonly version: string;
  readonly installationId: string | null;
  readonly consent: Consent | null;
  readonly idempotency: IdempotencyKey | null;
  readonly binding: RequestBinding;
  readonly actor: Actor;
  readonly warnings: readonly string[];
}

/** Signs the lease first, then lets one transaction decide whether it is handed out. */
export async function takeSeat(
  world: Pick<World, "licenses" | "keyHasher" | "chance" | "leaseSigner" | "site" | "sealings" | "vault">,
  facts: LicenseFacts,
  rights: LeaseRights,
  verdict: Verdict,
  wish: SeatWish,
  now: number,
): Promise<{ readonly order: GrantOrder; readonly granted: Granted }> {
  const { license } = facts;
  const row = facts.activation;
  const deviceId = row?.deviceId ?? deviceIdOf(wish);
  if (deviceId === null) throw new Error("a seat for no device");
  const activationId = row?.id ?? (await activationIdOf(license.id, deviceId));
  const installationId =
    row?.installationId ?? wish.installationId ?? (await installationUuidOf(license.instanceId, activationId));
  const jti = makeJti(world);
  const sealKey = wish.sealKey ?? row?.sealKey ?? null;
  const subject = {
    activationId,
    installationId,
    hardwareId: wish.hardwareId,
    deviceJkt: wish.jkt ?? row?.deviceJkt ?? null,
    environment: wish.environment,
    version: wish.version,
    jti,
    contentKeys: await releaseKeys(world, license, { installationId, version: wish.version, sealKey }, now),
  };
  const lease = leaseClaims(world.site.origin, license, subject, rights, wish.binding, now);
  const token = await signClaims(world, lease.claims);
  const reply: GrantOrder["reply"] = {
    code: verdict.code,
    class: "ok",
    message: "The installation is active.",
    activationId,
    installationId,
    lease: token,
    seat: null,
    license: {
      status: hostStatus(license, now),
      type: license.type,
      ...(license.expiresAt === null ? {} : { expiresAt: isoTime(license.expiresAt) }),
    },
    refreshAfter: isoTime(lease.refreshAfter),
    validUntil: isoTime(lease.expiresAt),
    nextHeartbeatSeconds: HEARTBEAT_SECONDS,
    warnings: wish.warnings,
    ...(verdict.facts as JsonObject),
  };
  const order: GrantOrder = {
    license,
    activationId,
    installationId,
    deviceId,
    deviceJkt: wish.jkt,
    sealKey: wish.sealKey,
    hardwareId: wish.hardwareId,
    environment: wish.environment,
    origin: wish.origin,
    label: wish.label,
    appVersion: wish.appVersion,
    version: wish.version,
    jti,
    leaseUntil: lease.expiresAt,
    isEntitledByFallback: deriveState(license, now) === "expired" && license.fallback,
    trialHardwareHash:
      license.type === "trial" && wish.hardwareId !== null
        ? await world.keyHasher.hash("rbsm-trial", wish.hardwareId)
        : null,
    consent: wish.consent,
    idempotency: wish.idempotency,
    reply,
    actor: wish.actor,
    op: makeOp(world),
    now,
  };
  return { order, granted: await world.licenses.grant(order) };
}
