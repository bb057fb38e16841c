import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { CHOICES, judgeJti } from "../../domain/license/clone.ts";
import type { LicenseCode } from "../../domain/license/codes.ts";
import { judge } from "../../domain/license/judge.ts";
import { type Lease, leaseClaims, type RequestBinding } from "../../domain/license/lease.ts";
import { isLive } from "../../domain/license/license.ts";
import { isOkCode, SIMULATED_STATES } from "../../domain/license/simulation.ts";
import { deriveState, hostStatus } from "../../domain/license/states.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation, installationActor, judgeProof, NO_PROOFS, type Proofs } from "./find-installation.ts";
import { intendedUse } from "./intended-use.ts";
import { makeJti, makeOp } from "./make-ids.ts";
import type { InstallationFacts } from "./ports.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { releaseKeys } from "./release-keys.ts";
import { signClaims } from "./sign.ts";
import { playedRefusal } from "./simulate.ts";
import { HEARTBEAT_SECONDS } from "./take-seat.ts";

export interface RefreshRequest {
  /** The lease held; left out by hosts that keep none: then the current one is meant. */
  readonly jti?: string | undefined;
  readonly binding: RequestBinding;
  readonly proofs?: Proofs;
  /** The answer that a test license is asked to give. */
  readonly simulate?: LicenseCode | undefined;
}

const ATTEMPTS = 3;

export type RefreshWorld = Pick<
  World,
  "licenses" | "licenseDevices" | "revocations" | "chance" | "leaseSigner" | "site" | "clock" | "sealings" | "vault"
>;

/** Renews a lease or revives a lapsed one (README, Heartbeat, refresh): one read, one guarded batch, one signature. */
export async function refreshLease(
  world: RefreshWorld,
  principal: Principal,
  iid: string,
  request: RefreshRequest,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const proofs = request.proofs ?? NO_PROOFS;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await findInstallation(world, principal, iid, proofs);
    if (!found.ok) return found;
    const facts = found.value;
    const now = unixSeconds(world.clock.now());
    const signed = (problem: Problem<Reason>) =>
      refuseSigned(world, facts.license.pluginId, problem, request.binding, now);
    const unproven = judgeProof(facts.activation, proofs);
    // Whoever holds the key this row moved away from hears what it is only where the right itself stands.
    if (unproven !== null && unproven.reason !== "DEVICE_CLONED") return signed(unproven);
    if (request.simulate !== undefined) {
      const played = playedRefusal(facts.license, request.simulate);
      if (played !== null) return signed(played);
      const lease = playedLease(world, facts, request.simulate, request.binding, now);
      return ok({ ...(await present(world, facts, lease, now)), code: request.simulate });
    }
    const refusal = judgeRefresh(facts, now) ?? unproven;
    if (refusal !== null) return signed(refusal);

    const renewed = await renewFor(world, principal, facts, request.jti, request.binding, now);
    if (renewed === "changed") continue;
    return renewed.ok ? ok(await present(world, facts, renewed.value, now)) : signed(renewed.problem);
  }
  return refuse({ reason: "STATE_CHANGED", facts: { class: "retryable", retryAfter: 1 } });
}

/**
 * The lease for whoever presents `jti`: the next one to the holder, the one in force once more after a lost reply, the next
 * one to a copy whose holder fell silent. Refusals: DEVICE_CLONED (one event), SEAT_LIMIT, SEAT_TAKEN. `changed`: somebody
 * wrote in between.
 */
export async function renewFor(
  world: RefreshWorld,
  principal: Principal,
  facts: InstallationFacts,
  jti: string | undefined,
  binding: RequestBinding,
  now: number,
): Promise<Result<Lease, Problem<Reason>> | "changed"> {
  const { activation, license } = facts;
  const judged = judgeJti(activation, jti ?? activation.jti, now);
  // A device that comes back to the network shows its file: that is its own, whatever lease was given beside it.
  const isFile =
    jti !== undefined &&
    (judged === "copy" || judged === "successor") &&
    (await world.licenseDevices.holdsFile(activation.id, jti, now));
  const holder = isFile ? "current" : judged;
  if (holder === "lost_reply") return ok(await currentLease(world, facts, binding, now));
  if (holder !== "copy") {
    const isMove = holder === "successor";
    // A host that presents nothing keeps no lease: whoever holds one must not look like a copy after it.
    const isHeld = jti !== undefined || binding.nonce !== undefined || isMove;
    const next = isHeld ? makeJti(world) : activation.jti;
    const renewed = await renew(world, principal, facts, binding, now, { jti: next, isMove });
    if (renewed !== null) return ok(renewed);
    const after = await world.licenses.installation({ activationId: activation.id });
    if (after?.license.rev !== license.rev || after.activation.jti !== activation.jti) return "changed";
    if (!isMove) return refuse({ reason: isLive(activation, now) ? "SEAT_LIMIT" : "SEAT_TAKEN" });
  }
  await world.licenseDevices.noteCopy(activation, jti ?? "", installationActor(principal), makeOp(world), now);
  return refuse({ reason: "DEVICE_CLONED", facts: { choices: CHOICES } });
}

/** Signs the next lease and lets R1 decide; null: nothing was written. */
export async function renew(
  world: RefreshWorld,
  principal: Principal,
  facts: InstallationFacts,
  binding: RequestBinding,
  now: number,
  { jti, isMove }: { readonly jti: string; readonly isMove: boolean },
): Promise<Lease | null> {
  const { license, activation } = facts;
  const contentKeys = await releaseKeys(world, license, activation, now);
  const subject = { ...subjectOf(facts), jti, contentKeys, listEpoch: await world.revocations.epoch(now) };
  const lease = leaseClaims(world.site.origin, license, subject, facts.rights, binding, now);
  const isWritten = await world.licenses.refresh({
    license,
    activationId: activation.id,
    presentedJti: activation.jti,
    jti,
    leaseUntil: lease.expiresAt,
    isEntitledByFallback: license.fallback && deriveState(license, now) === "expired",
    isRunning: isLive(activation, now),
    isMove,
    actor: installationActor(principal),
    op: makeOp(world),
    now,
  });
  return isWritten ? lease : null;
}

/** Rows 4–10 for an installation that refreshes; null: the right stands. A lapse within the window can be revived. */
export function judgeRefresh(facts: InstallationFacts, now: number): Problem<Reason> | null {
  const { license, activation } = facts;
  const isRevivable = activation.releasedAt === null && activation.leaseUntil > now - license.reviveWindow;
  const verdict = judge(
    license,
    intendedUse(
      {
        key: null,
        instance: facts.instance,
        plugin: { name: facts.pluginName, state: facts.pluginState, latestVersion: null },
      },
      {
        order: "standard",
        pluginId: license.pluginId,
        isOwner: true,
        hardwareId: activation.hardwareId,
        activation: isRevivable ? { ...activation, leaseUntil: Number.POSITIVE_INFINITY } : activation,
      },
    ),
    now,
  );
  return verdict.class === "ok" ? null : { reason: verdict.code as Reason, facts: verdict.facts };
}

/** What an ok answer calls a right that stands. */
export function standingCode(license: InstallationFacts["license"], now: number): string {
  const state = deriveState(license, now);
  if (state === "trialing") return "TRIAL_ACTIVE";
  if (state === "past_due") return "PAST_DUE_GRACE";
  return state === "expired" ? "FALLBACK" : "VALID";
}

function subjectOf({ activation }: InstallationFacts) {
  return {
    activationId: activation.id,
    installationId: activation.installationId,
    hardwareId: activation.hardwareId,
    deviceJkt: activation.deviceJkt,
    environment: activation.environment,
    version: activation.version,
    jti: activation.jti,
    latest: activation.temporaryUntil,
  };
}

/** The lease in force as it would be in a state of class ok that is only played; nothing is written. */
export function playedLease(
  world: Pick<World, "site">,
  facts: InstallationFacts,
  code: LicenseCode,
  binding: RequestBinding,
  now: number,
): Lease {
  const simulated = isOkCode(code) ? SIMULATED_STATES[code] : "active";
  return leaseClaims(world.site.origin, facts.license, { ...subjectOf(facts), simulated }, facts.rights, binding, now);
}

/** The lease in force once more, for the new nonce. */
export async function currentLease(
  world: Pick<World, "site" | "sealings" | "vault" | "revocations">,
  facts: InstallationFacts,
  binding: RequestBinding,
  now: number,
): Promise<Lease> {
  const { license, activation, rights } = facts;
  const contentKeys = await releaseKeys(world, license, activation, now);
  const subject = { ...subjectOf(facts), contentKeys, listEpoch: await world.revocations.epoch(now) };
  return leaseClaims(world.site.origin, license, subject, rights, binding, activation.leaseIat);
}

/** The answer of a refresh. */
export async function present(
  world: Pick<World, "leaseSigner">,
  { license, activation }: InstallationFacts,
  lease: Lease,
  now: number,
): Promise<JsonObject> {
  return {
    code: standingCode(license, now),
    class: "ok",
    message: "The lease was renewed.",
    activationId: activation.id,
    installationId: activation.installationId,
    lease: await signClaims(world, lease.claims),
    license: {
      status: hostStatus(license, now),
      type: license.type,
      ...(license.expiresAt === null ? {} : { expiresAt: isoTime(license.expiresAt) }),
    },
    refreshAfter: isoTime(lease.refreshAfter),
    validUntil: isoTime(lease.expiresAt),
    nextHeartbeatSeconds: HEARTBEAT_SECONDS,
    warnings: [],
  };
}
