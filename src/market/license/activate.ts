import type { Principal } from "../../domain/account/principal.ts";
import { CHOICES, type Choice } from "../../domain/license/clone.ts";
import type { LicenseCode } from "../../domain/license/codes.ts";
import type { DeviceProof } from "../../domain/license/device-proof.ts";
import type { RequestBinding } from "../../domain/license/lease.ts";
import type { Environment } from "../../domain/license/license.ts";
import { isClientOutdated } from "../../domain/license/warnings.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { HOUR, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { judgeDependencies } from "../resolve/judge-dependencies.ts";
import { withCheckout } from "../sales/checkout-url.ts";
import { closureInForce } from "../update/closure-in-force.ts";
import { actorOf, type Role, roleOf } from "./access.ts";
import { type NamedLicense, referLicense } from "./ask-device.ts";
import { isStillProven } from "./confirm-caller.ts";
import { judgeActivation } from "./judge-activation.ts";
import { makeOp } from "./make-ids.ts";
import type { AskingDevice } from "./match-device.ts";
import { type Place, placeDevice } from "./place-device.ts";
import type { ActivationFacts, Consent, IdempotencyKey } from "./ports.ts";
import { type ConsentRequest, readConsent } from "./read-consent.ts";
import { readDevice, type ShownDevice } from "./read-device.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { replaceInstallation } from "./replace-installation.ts";
import { seatLimit } from "./seat-limit.ts";
import { playActivation } from "./simulate.ts";
import { type SeatWish, takeSeat } from "./take-seat.ts";

export interface ActivateRequest extends NamedLicense, ConsentRequest, ShownDevice {
  readonly pluginId: string;
  readonly sealKey?: string | undefined;
  readonly version: string;
  /** Digest of the bundle the device holds; must be the published one of the version. */
  readonly bundleSha256?: string | undefined;
  readonly installationId?: string | undefined;
  readonly environment: Environment;
  readonly origin?: string | undefined;
  readonly label?: string | undefined;
  readonly appVersion?: string | undefined;
  /** Whose seat it is, where seats are counted by user. */
  readonly userId?: string | undefined;
  /** An installation of the same license that is released first; that stands even if the grant is refused. */
  readonly replace?: string | undefined;
  /** What a refused copy chose. */
  readonly resolve?: Choice | undefined;
  /** The answer that a test license is asked to give. */
  readonly simulate?: LicenseCode | undefined;
  readonly idempotency: IdempotencyKey | null;
  readonly binding: RequestBinding;
}

export interface ActivateReply {
  readonly status: number;
  /** The JSON text as it was stored. */
  readonly body: string;
  readonly isReplayed: boolean;
  /** A plugin may have to hear of it: the installation has, or may have, a consent to run. */
  readonly mayRun: boolean;
}

const ATTEMPTS = 3;

export type ActivateWorld = Pick<
  World,
  | "licenses"
  | "licenseDevices"
  | "revocations"
  | "keyHasher"
  | "chance"
  | "leaseSigner"
  | "site"
  | "clock"
  | "sealings"
  | "vault"
  | "installedVersions"
  | "releaseIndex"
  | "updateIndex"
  | "instances"
>;

/**
 * Takes a seat for a device (README, Activation): parse, one read, judge, sign, one batch; what the batch refuses is read
 * again, up to three times. The same device gets its own row back, so a lost reply costs nothing.
 */
export async function activate(
  world: ActivateWorld,
  principal: Principal,
  request: ActivateRequest,
): Promise<Result<ActivateReply, Problem<Reason>>> {
  const device = readDevice(request);
  if (!device.ok) return device;
  const ref = await referLicense(world, request);
  if (!ref.ok) return ref;
  if ("licenseId" in ref.value && principal.kind === "anonymous") return refuse({ reason: "AUTHENTICATION_REQUIRED" });

  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const now = unixSeconds(world.clock.now());
    const signed = (problem: Problem<Reason>) => refuseSigned(world, request.pluginId, problem, request.binding, now);
    const read = await world.licenses.findForActivation(
      ref.value,
      device.value,
      { version: request.version, bundleSha256: request.bundleSha256 ?? null, installationId: null },
      request.idempotency,
      now,
    );
    if (!(await isStillProven(world, principal, read))) return refuse({ reason: "AUTHENTICATION_REQUIRED" });
    const role = read === null ? null : await roleOf(world, principal, read);
    if (read === null || !mayActivate(principal, role)) return signed({ reason: "NOT_FOUND" });
    if (device.value.fault !== null) return signed(device.value.fault);
    if (request.simulate !== undefined)
      return playActivation(world, read, device.value, request, request.simulate, now);
    const replayed = replay(read, request.idempotency);
    if (replayed !== null) return replayed.ok ? replayed : signed(replayed.problem);

    const place = await placeDevice(world, read, device.value, request, now);
    if (place.refusal?.reason === "DEVICE_PROOF_REQUIRED") return signed(place.refusal);
    const facts = { ...read, activation: place.activation };
    const judged = judgeActivation(facts, request, device.value, role, now);
    const isBuild = judged.code === "BUILD_MISMATCH" || judged.code === "VERSION_NOT_ENTITLED";
    // A copy is told so before anything is said about the build.
    if (judged.class !== "ok" && !(isBuild && place.refusal !== null))
      return signed({
        reason: judged.code as Reason,
        facts: withCheckout(world.site, judged.code, read.license, judged.facts),
      });
    if (place.refusal !== null) return signed(await tellCopy(world, place, device.value, role, principal, now));
    const consent = await consentOf(world, facts, role, request);
    if (!consent.ok) return signed(consent.problem);
    const replaced = await replaceInstallation(world, principal, role, facts, request.replace, now);
    if (replaced !== null) return signed(replaced);

    const wish = wishOf(request, device.value, place, consent.value, role, principal, read.release?.minAppVersion);
    const { order, granted } = await takeSeat(world, facts, facts.rights, judged, wish, now);
    // A first seat without consent runs nothing.
    const mayRun = place.activation !== null || consent.value !== null;
    if (granted !== null) return ok({ ...granted, isReplayed: false, mayRun });
    const why = await world.licenses.explainRefusal(order);
    if (why === "STATE_CHANGED" || why === "IDEMPOTENT") continue;
    if (why === "INSTALLATION_TAKEN") return signed(installationTaken());
    if (why === "ACTIVATION_BUDGET") return signed({ reason: why, facts: { retryAfter: HOUR } });
    if (why === "SEAT_LIMIT") return signed(await seatLimit(world, facts, role, order.seatUser, now));
    if (why === "DEVICE_CLONED") return signed({ reason: why, facts: { choices: othersThan(wish) } });
    if (why === "DEVICE_PROOF_INVALID") return signed({ reason: why, facts: { why: "used" } });
    return signed({ reason: why });
  }
  return refuse({ reason: "STATE_CHANGED", facts: { class: "retryable", retryAfter: 1 } });
}

/** Instances and owners for their own licenses; anybody who holds the key, without personal data in the reply. */
function mayActivate(principal: Principal, role: Role | null): boolean {
  return principal.kind === "anonymous" || role === "instance" || role === "owner";
}

function replay(
  { stored }: ActivationFacts,
  idempotency: IdempotencyKey | null,
): Result<ActivateReply, Problem<Reason>> | null {
  if (stored === null || idempotency === null) return null;
  if (stored.requestHash !== idempotency.requestHash) return refuse({ reason: "IDEMPOTENCY_MISMATCH" });
  return ok({ status: stored.status, body: stored.body, isReplayed: true, mayRun: false });
}

/** A copy is told once in the audit, however often it asks. */
async function tellCopy(
  world: Pick<World, "licenseDevices" | "chance">,
  place: Place,
  device: AskingDevice,
  role: Role | null,
  principal: Principal,
  now: number,
): Promise<Problem<Reason>> {
  const refusal = place.refusal as Problem<Reason>;
  if (refusal.reason === "DEVICE_CLONED" && place.activation !== null) {
    const copy = device.jkt ?? device.hardwareId ?? "";
    await world.licenseDevices.noteCopy(place.activation, copy, actorOf(role, principal), makeOp(world), now);
  }
  return refusal;
}

/** What is left to choose once one choice is used up. */
function othersThan(wish: SeatWish): readonly Choice[] {
  const spent = wish.note?.kind === "activation.temporary" ? "temporary" : "move";
  return CHOICES.filter((choice) => choice !== spent);
}

async function consentOf(
  world: Pick<World, "licenses" | "installedVersions" | "releaseIndex" | "updateIndex">,
  facts: ActivationFacts,
  role: Role | null,
  request: ActivateRequest,
): Promise<Result<Consent | null, Problem<Reason>>> {
  if (facts.release === null) return ok(null);
  const { dependencies, version } = facts.release;
  const { pluginId, instanceId } = facts.license;
  const lacking = dependencies.length === 0 ? null : await judgeDependencies(world, { instanceId, pluginId, version });
  if (lacking !== null) return refuse(lacking);
  // Whoever only knows the key takes a seat; what may run is decided by instance or owner.
  if (role === null) return ok(null);
  const closure =
    dependencies.length === 0 || request.closureDigest === undefined
      ? null
      : await closureInForce(world, { instanceId, pluginId, version });
  return readConsent(world, pluginId, facts.release, request, closure);
}

function wishOf(
  request: ActivateRequest,
  device: AskingDevice & { readonly proof: DeviceProof | null },
  place: Place,
  consent: Consent | null,
  role: Role | null,
  principal: Principal,
  minAppVersion: string | null | undefined,
): SeatWish {
  return {
    ...device,
    sealKey: request.sealKey ?? null,
    environment: request.environment,
    origin: request.origin ?? null,
    label: request.label ?? null,
    appVersion: request.appVersion ?? null,
    version: request.version,
    installationId: request.installationId ?? null,
    consent,
    idempotency: request.idempotency,
    binding: request.binding,
    actor: actorOf(role, principal),
    warnings: [
      ...(place.note?.kind === "activation.drifted" ? ["DEVICE_DRIFTED"] : []),
      ...(isClientOutdated(request.appVersion, minAppVersion) ? ["CLIENT_OUTDATED"] : []),
    ],
    userId: request.userId,
    temporaryUntil: place.temporaryUntil,
    note: place.note,
  };
}

function installationTaken(): Problem<Reason> {
  const detail = "This installation id belongs to another installation.";
  return { reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/installationId", detail }] } };
}
