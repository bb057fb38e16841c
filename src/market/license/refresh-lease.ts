import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { judge } from "../../domain/license/judge.ts";
import { type Lease, leaseClaims, type RequestBinding } from "../../domain/license/lease.ts";
import { isLive } from "../../domain/license/license.ts";
import { deriveState, hostStatus } from "../../domain/license/states.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { isoTime, MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { findInstallation, installationActor } from "./find-installation.ts";
import { intendedUse } from "./intended-use.ts";
import { makeJti, makeOp } from "./make-ids.ts";
import type { InstallationFacts } from "./ports.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { releaseKeys } from "./release-keys.ts";
import { signClaims } from "./sign.ts";
import { HEARTBEAT_SECONDS } from "./take-seat.ts";

export interface RefreshRequest {
  /** The lease held; left out by hosts that keep none: then the current one is meant. */
  readonly jti?: string | undefined;
  readonly binding: RequestBinding;
}

/** The previous lease presented within this time is a lost reply, not a copy. */
const LOST_REPLY_SECONDS = 10 * MINUTE;
const ATTEMPTS = 3;

type Needs = Pick<World, "licenses" | "chance" | "leaseSigner" | "site" | "clock" | "sealings" | "vault">;

/** Renews a lease or revives a lapsed one (README, Heartbeat, refresh): one read, one guarded batch, one signature. */
export async function refreshLease(
  world: Needs,
  principal: Principal,
  iid: string,
  request: RefreshRequest,
): Promise<Result<JsonObject, Problem<Reason>>> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const found = await findInstallation(world, principal, iid);
    if (!found.ok) return found;
    const facts = found.value;
    const now = unixSeconds(world.clock.now());
    const signed = (problem: Problem<Reason>) =>
      refuseSigned(world, facts.license.pluginId, problem, request.binding, now);
    const refusal = judgeRefresh(facts, now);
    if (refusal !== null) return signed(refusal);

    const { activation } = facts;
    const presented = request.jti ?? activation.jti;
    if (presented !== activation.jti) {
      const isLost = presented === activation.previousJti && activation.leaseIat > now - LOST_REPLY_SECONDS;
      if (!isLost || !isLive(activation, now)) return signed({ reason: "DEVICE_CLONED", facts: { choices: CHOICES } });
      return ok(await present(world, facts, await currentLease(world, facts, request.binding, now), now));
    }
    const renewed = await renew(world, principal, facts, request.binding, now);
    if (renewed !== null) return ok(await present(world, facts, renewed, now));
    const after = await findInstallation(world, principal, iid);
    const isUnmoved =
      after.ok && after.value.license.rev === facts.license.rev && after.value.activation.jti === activation.jti;
    if (isUnmoved) return signed({ reason: isLive(activation, now) ? "SEAT_LIMIT" : "SEAT_TAKEN" });
  }
  return refuse({ reason: "STATE_CHANGED", facts: { class: "retryable", retryAfter: 1 } });
}

const CHOICES = ["move", "temporary", "separate"] as const;

/** Signs the next lease and lets R1 decide; null: nothing was written. */
export async function renew(
  world: Needs,
  principal: Principal,
  facts: InstallationFacts,
  binding: RequestBinding,
  now: number,
): Promise<Lease | null> {
  const { license, activation } = facts;
  const jti = makeJti(world);
  const contentKeys = await releaseKeys(world, license, activation, now);
  const subject = { ...subjectOf(facts), jti, contentKeys };
  const lease = leaseClaims(world.site.origin, license, subject, facts.rights, binding, now);
  const isWritten = await world.licenses.refresh({
    license,
    activationId: activation.id,
    presentedJti: activation.jti,
    jti,
    leaseUntil: lease.expiresAt,
    isEntitledByFallback: license.fallback && deriveState(license, now) === "expired",
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

function subjectOf({ activation }: InstallationFacts) {
  return {
    activationId: activation.id,
    installationId: activation.installationId,
    hardwareId: activation.hardwareId,
    deviceJkt: activation.deviceJkt,
    environment: activation.environment,
    version: activation.version,
    jti: activation.jti,
  };
}

/** The lease in force once more, for the new nonce. */
async function currentLease(
  world: Pick<World, "site" | "sealings" | "vault">,
  facts: InstallationFacts,
  binding: RequestBinding,
  now: number,
): Promise<Lease> {
  const { license, activation, rights } = facts;
  const contentKeys = await releaseKeys(world, license, activation, now);
  const subject = { ...subjectOf(facts), contentKeys };
  return leaseClaims(world.site.origin, license, subject, rights, binding, activation.leaseIat);
}

async function present(
  world: Pick<World, "leaseSigner">,
  { license, activation }: InstallationFacts,
  lease: Lease,
  now: number,
): Promise<JsonObject> {
  const state = deriveState(license, now);
  const code = state === "trialing" ? "TRIAL_ACTIVE" : state === "past_due" ? "PAST_DUE_GRACE" : "VALID";
  return {
    code: state === "expired" ? "FALLBACK" : code,
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
