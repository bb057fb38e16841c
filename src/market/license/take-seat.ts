import type { JsonObject } from "../../domain/json/json.ts";
import { activationIdOf, deviceIdOf, installationUuidOf } from "../../domain/license/identity.ts";
import type { Verdict } from "../../domain/license/judge.ts";
import { type Lease, type LeaseRights, leaseClaims, type RequestBinding } from "../../domain/license/lease.ts";
import { type Environment, isLive } from "../../domain/license/license.ts";
import { sealLease } from "../../domain/license/offline.ts";
import { offlineLease } from "../../domain/license/offline-lease.ts";
import { deriveState, hostStatus } from "../../domain/license/states.ts";
import { withFirstTerm } from "../../domain/license/terms.ts";
import { warningsOf } from "../../domain/license/warnings.ts";
import { isoTime } from "../../domain/time.ts";
import type { Signer, World } from "../ports.ts";
import { makeJti, makeOp } from "./make-ids.ts";
import type { Actor, Consent, Granted, GrantOrder, IdempotencyKey, LicenseFacts } from "./ports.ts";
import { releaseKeys } from "./release-keys.ts";
import { signClaims, signWith } from "./sign.ts";

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
  readonly components?: readonly string[] | null;
  /** Whose seat it is, where seats are counted by user; the license's own user where nothing is said. */
  readonly userId?: string | undefined;
  readonly proof?: GrantOrder["proof"] | undefined;
  readonly temporaryUntil?: number | null;
  readonly note?: GrantOrder["note"];
  /** The seat is for a file that goes to a device without a network. */
  readonly offline?: OfflineWish | undefined;
}

export interface OfflineWish {
  readonly jti: string;
  readonly requestHash: string;
  readonly deviceJkt: string;
  readonly sealKey: string | null;
  readonly signer: Signer;
}

/** Signs the lease first, then lets one transaction decide whether it is handed out. */
export async function takeSeat(
  world: Pick<
    World,
    "licenses" | "keyHasher" | "chance" | "leaseSigner" | "site" | "sealings" | "vault" | "revocations"
  >,
  facts: LicenseFacts,
  rights: LeaseRights,
  verdict: Verdict,
  wish: SeatWish,
  now: number,
): Promise<{ readonly order: GrantOrder; readonly granted: Granted }> {
  const license = withFirstTerm(facts.license, now);
  const row = facts.activation;
  const deviceId = row?.deviceId ?? deviceIdOf(wish);
  if (deviceId === null) throw new Error("a seat for no device");
  const activationId = row?.id ?? (await activationIdOf(license.id, deviceId));
  const installationId =
    row?.installationId ?? wish.installationId ?? (await installationUuidOf(license.instanceId, activationId));
  const jti = wish.offline?.jti ?? makeJti(world);
  const hardwareId = wish.hardwareId ?? row?.hardwareId ?? null;
  const sealKey = wish.sealKey ?? row?.sealKey ?? null;
  const subject = {
    activationId,
    installationId,
    hardwareId,
    deviceJkt: wish.jkt ?? row?.deviceJkt ?? null,
    environment: wish.environment,
    version: wish.version,
    jti,
    listEpoch: await world.revocations.epoch(now),
    contentKeys: await releaseKeys(world, license, { installationId, version: wish.version, sealKey }, now),
  };
  const isTemporary = row !== null && isLive(row, now) && row.temporaryUntil !== null;
  const latest = isTemporary ? row.temporaryUntil : (wish.temporaryUntil ?? null);
  const online = leaseClaims(world.site.origin, license, { ...subject, latest }, rights, wish.binding, now);
  const lease = wish.offline === undefined ? online : offlineLease(online, license);
  const token = await (wish.offline === undefined
    ? signClaims(world, lease.claims)
    : signWith(wish.offline.signer, lease.claims));
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
    warnings: [...warningsOf(facts, now), ...wish.warnings],
    ...(verdict.facts as JsonObject),
  };
  const order: GrantOrder = {
    license,
    activationId,
    installationId,
    deviceId,
    deviceJkt: wish.jkt,
    sealKey: wish.sealKey,
    hardwareId,
    environment: wish.environment,
    origin: wish.origin,
    label: wish.label,
    appVersion: wish.appVersion,
    version: wish.version,
    jti,
    leaseUntil: lease.expiresAt,
    isEntitledByFallback: deriveState(license, now) === "expired" && license.fallback,
    trialHardwareHash:
      license.type === "trial" && hardwareId !== null
        ? await world.keyHasher.candidates("rbsm-trial", hardwareId)
        : null,
    consent: wish.consent,
    idempotency: wish.idempotency,
    components: wish.components ?? null,
    seatUser: wish.userId ?? license.userId,
    proof: wish.proof ?? null,
    temporaryUntil: wish.temporaryUntil ?? null,
    note: wish.note ?? null,
    offline: wish.offline === undefined ? null : await fileOf(wish.offline, lease, token),
    reply,
    actor: wish.actor,
    op: makeOp(world),
    now,
  };
  return { order, granted: await world.licenses.grant(order) };
}

/** The row of a file: what is handed out, word for word, so that the same request gets it again. */
async function fileOf(wish: OfflineWish, lease: Lease, token: string): Promise<NonNullable<GrantOrder["offline"]>> {
  const { jti, requestHash, deviceJkt, sealKey, signer } = wish;
  return {
    jti,
    requestHash,
    deviceJkt,
    kid: await signer.keyId(),
    issuedAt: lease.issuedAt,
    expiresAt: lease.expiresAt,
    document: sealKey === null ? token : await sealLease(sealKey, requestHash, token),
  };
}
