import type { Principal } from "../../domain/account/principal.ts";
import type { JsonObject } from "../../domain/json/json.ts";
import { classOf, type LicenseCode } from "../../domain/license/codes.ts";
import { commandClaims } from "../../domain/license/device-command.ts";
import { type Lease, type RequestBinding, refreshAfterOf } from "../../domain/license/lease.ts";
import { isLive } from "../../domain/license/license.ts";
import { hostStatus } from "../../domain/license/states.ts";
import { statusOf } from "../../domain/license/status.ts";
import { isClientOutdated } from "../../domain/license/warnings.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result } from "../../domain/result.ts";
import { isoTime, MINUTE, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { answerFromMemory } from "./beat-from-memory.ts";
import { findInstallation, installationActor, judgeProof, NO_PROOFS, type Proofs } from "./find-installation.ts";
import type { InstallationFacts } from "./ports.ts";
import { currentLease, judgeRefresh, playedLease, type RefreshWorld, renewFor, standingCode } from "./refresh-lease.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { signClaims, signVerdict } from "./sign.ts";
import { playedRefusal } from "./simulate.ts";
import { HEARTBEAT_SECONDS } from "./take-seat.ts";
import { meterPing } from "./usage.ts";

export interface Beat {
  readonly appVersion?: string | undefined;
  /** `activation_failed`, `startup_failed`: the installed version does not run there (README of updates, Automatic halt). */
  readonly status?: string | undefined;
  /** The lease held. */
  readonly jti?: string | undefined;
  /** Numbers of commands that were run. */
  readonly acks?: readonly number[] | undefined;
  /** Metric → units used since the last ping. */
  readonly usage?: { readonly [metric: string]: unknown } | undefined;
  /** The whole lease and the signed mark of the last reply: with both a ping may cost no read. */
  readonly lease?: string | undefined;
  readonly seen?: string | undefined;
  readonly binding: RequestBinding;
  readonly proofs?: Proofs;
  /** The answer that a test license is asked to give. */
  readonly simulate?: LicenseCode | undefined;
}

/** What a host says of a plugin that does not run. */
const FAILURES: { readonly [status: string]: "activation" | "startup" | undefined } = Object.assign(
  Object.create(null),
  {
    activation_failed: "activation",
    startup_failed: "startup",
  },
);

/** A ping is remembered this often; a signed mark counts as long. */
export const SEEN_EVERY = 15 * MINUTE;

export type BeatWorld = RefreshWorld &
  Pick<World, "rollouts" | "background" | "revocationWatch" | "usage" | "webhooks" | "webhookBell">;

/**
 * A ping (README, Heartbeat, refresh), empty from released hosts. 200 whatever the license says: a refusal is told as code
 * and signed verdict. A node writes at most every quarter of an hour; a floating seat is renewed by every ping.
 */
export async function beat(
  world: BeatWorld,
  principal: Principal,
  iid: string,
  request: Beat,
): Promise<Result<JsonObject, Problem<Reason>>> {
  const now = unixSeconds(world.clock.now());
  const proofs = request.proofs ?? NO_PROOFS;
  const failure = FAILURES[request.status ?? ""];
  const remembered =
    request.simulate === undefined && failure === undefined
      ? await answerFromMemory(world, principal, iid, request, now)
      : null;
  if (remembered !== null) return ok(remembered);

  const found = await findInstallation(world, principal, iid, proofs);
  if (!found.ok) return found;
  const facts = found.value;
  const { activation, license } = facts;
  const unproven = judgeProof(activation, proofs);
  if (unproven !== null && unproven.reason !== "DEVICE_CLONED")
    return refuseSigned(world, license.pluginId, unproven, request.binding, now);
  if (request.simulate !== undefined) return ok(await play(world, facts, request.simulate, request.binding, now));
  const refusal = judgeRefresh(facts, now) ?? unproven;
  if (refusal !== null) return ok(await refused(world, facts, refusal, request.binding, now));

  if (request.acks !== undefined && request.acks.length > 0)
    await world.licenseDevices.acknowledge(activation.id, request.acks, now);
  const warnings = [
    ...(await meter(world, principal, facts, request)),
    ...(isClientOutdated(request.appVersion, facts.minAppVersion) ? ["CLIENT_OUTDATED"] : []),
  ];
  world.background.defer(world.licenses.seen(activation.id, request.appVersion ?? null, now));
  if (failure !== undefined)
    world.background.defer(world.rollouts.note(license.instanceId, license.pluginId, activation.version, failure, now));
  const waiting = waitingCommands(facts, request.acks ?? [], now);
  const isExtra = isAgain(facts, request, waiting.length > 0, now);
  const isCopy = request.jti !== undefined && request.jti !== activation.jti;
  const renewed =
    (isCopy || isDue(facts, waiting.length > 0, now)) && !isExtra
      ? await renewFor(world, principal, facts, request.jti, request.binding, now)
      : null;
  // Somebody renewed it at this very moment: that lease is on its way, and the next ping shows whether it arrived.
  if (renewed !== null && renewed !== "changed" && !renewed.ok)
    return ok(await refused(world, facts, renewed.problem, request.binding, now));
  const given = renewed === null || renewed === "changed" ? null : renewed.value;
  // The second ping of a minute has the lease of the first once more.
  const lease = isExtra ? await currentLease(world, facts, request.binding, now) : given;
  const commands = await Promise.all(
    waiting.map((command) => signClaims(world, commandClaims(world.site.origin, command, now))),
  );
  const seen = activation.lastSeenAt <= now - SEEN_EVERY || given !== null ? now : activation.lastSeenAt;
  return ok(await accepted(world, facts, request.binding, { lease, commands, seen, warnings }, now));
}

/** A ping of a test license in a played state: its lease or its refusal, nothing written. */
async function play(
  world: BeatWorld,
  facts: InstallationFacts,
  code: LicenseCode,
  binding: RequestBinding,
  now: number,
): Promise<JsonObject> {
  const refusal = playedRefusal(facts.license, code);
  if (refusal !== null) return refused(world, facts, refusal, binding, now);
  const lease = playedLease(world, facts, code, binding, now);
  return accepted(
    world,
    facts,
    binding,
    { code, lease, commands: [], seen: facts.activation.lastSeenAt, warnings: [] },
    now,
  );
}

/** Floating seats are renewed by every ping; nodes when their lease asks for it, is of an old epoch, or carries news. */
function isDue({ activation, license }: InstallationFacts, hasCommands: boolean, now: number): boolean {
  return (
    license.seatMode === "floating" ||
    hasCommands ||
    !isLive(activation, now) ||
    activation.leaseEpoch < license.epoch ||
    refreshAfterOf(license, activation.id, activation.leaseIat) <= now
  );
}

/** One ping a minute is written; a floating seat that pings more often has its lease signed again for the new nonce. */
const EXTRA_WITHIN = MINUTE;

function isAgain(
  { activation, license }: InstallationFacts,
  { jti }: Beat,
  hasCommands: boolean,
  now: number,
): boolean {
  if (license.seatMode !== "floating" || hasCommands || !isLive(activation, now)) return false;
  const isHolder = jti === undefined || jti === activation.jti;
  return isHolder && activation.leaseEpoch >= license.epoch && activation.leaseIat > now - EXTRA_WITHIN;
}

/** Usage rides on pings; a quota never touches lease or seat. The request's own nonce counts it once. */
async function meter(
  world: BeatWorld,
  principal: Principal,
  { activation, license }: InstallationFacts,
  { usage, binding }: Beat,
): Promise<readonly string[]> {
  if (usage === undefined || Object.keys(usage).length === 0) return [];
  const batchId = binding.nonce === undefined ? null : `${activation.id}:${binding.nonce}`;
  return meterPing(world, license.id, usage, { actor: installationActor(principal), batchId });
}

function waitingCommands({ commands = [] }: InstallationFacts, acks: readonly number[], now: number) {
  return commands.filter(({ n, expiresAt }) => expiresAt > now && !acks.includes(n));
}

async function accepted(
  world: Pick<World, "leaseSigner" | "site">,
  facts: InstallationFacts,
  binding: RequestBinding,
  told: {
    readonly code?: LicenseCode;
    readonly lease: Lease | null;
    readonly commands: readonly string[];
    readonly seen: number;
    readonly warnings: readonly string[];
  },
  now: number,
): Promise<JsonObject> {
  const { activation, license } = facts;
  const code = told.code ?? standingCode(license, now);
  const said = {
    code,
    class: "ok",
    status: 200,
    lic: license.id,
    sub: activation.id,
    ep: license.epoch,
    seen: told.seen,
    ...(told.code === undefined ? {} : { sim: true }),
  };
  return {
    ...headOf(facts, true, now),
    commands: told.commands,
    ...(told.warnings.length === 0 ? {} : { warnings: told.warnings }),
    code,
    class: "ok",
    ...(told.lease === null ? {} : { lease: await signClaims(world, told.lease.claims) }),
    // Released hosts send no nonce and could not believe it.
    ...(binding.nonce === undefined ? {} : { verdict: await signVerdict(world, license.pluginId, said, binding, now) }),
  };
}

async function refused(
  world: Pick<World, "leaseSigner" | "site">,
  facts: InstallationFacts,
  refusal: Problem<Reason>,
  binding: RequestBinding,
  now: number,
): Promise<JsonObject> {
  const { activation, license } = facts;
  const code = refusal.reason;
  const codeClass = classOf(code);
  const said = { code, class: codeClass, status: statusOf(code), ...refusal.facts };
  const named = { ...said, lic: license.id, sub: activation.id, ep: license.epoch };
  const verdict = await signVerdict(world, license.pluginId, named, binding, now);
  // What is refused until somebody acts takes no lease away that still runs.
  const isValid = codeClass === "action" && code !== "DEVICE_CLONED" && isLive(activation, now);
  return { ...headOf(facts, isValid, now), commands: [], code, class: codeClass, verdict };
}

function headOf({ activation, license }: InstallationFacts, valid: boolean, now: number) {
  return {
    installationId: activation.installationId,
    activationId: activation.id,
    lastHeartbeat: isoTime(now),
    nextHeartbeatSeconds: HEARTBEAT_SECONDS,
    license: {
      status: hostStatus(license, now),
      ...(license.expiresAt === null ? {} : { expiresAt: isoTime(license.expiresAt) }),
      valid,
    },
  };
}
