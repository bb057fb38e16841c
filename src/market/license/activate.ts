import type { Principal } from "../../domain/account/principal.ts";
import { parseHardwareId } from "../../domain/license/identity.ts";
import { judge, type Verdict } from "../../domain/license/judge.ts";
import type { RequestBinding } from "../../domain/license/lease.ts";
import { type Environment, isLive } from "../../domain/license/license.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import { HOUR, unixSeconds } from "../../domain/time.ts";
import type { World } from "../ports.ts";
import { actorOf, type Role, roleOf } from "./access.ts";
import { type NamedLicense, referLicense } from "./ask-device.ts";
import { intendedUse } from "./intended-use.ts";
import type { ActivationFacts, Consent, IdempotencyKey } from "./ports.ts";
import { type ConsentRequest, readConsent } from "./read-consent.ts";
import { refuseSigned } from "./refuse-signed.ts";
import { type SeatWish, takeSeat } from "./take-seat.ts";

export interface ActivateRequest extends NamedLicense, ConsentRequest {
  readonly pluginId: string;
  readonly hardwareId?: string | undefined;
  /** RFC 7638 thumbprint of a device key that was checked. */
  readonly deviceJkt?: string | undefined;
  readonly sealKey?: string | undefined;
  readonly version: string;
  /** Digest of the bundle the device holds; must be the published one of the version. */
  readonly bundleSha256?: string | undefined;
  readonly installationId?: string | undefined;
  readonly environment: Environment;
  readonly origin?: string | undefined;
  readonly label?: string | undefined;
  readonly appVersion?: string | undefined;
  readonly idempotency: IdempotencyKey | null;
  readonly binding: RequestBinding;
}

export interface ActivateReply {
  readonly status: number;
  /** The JSON text as it was stored. */
  readonly body: string;
  readonly isReplayed: boolean;
}

const ATTEMPTS = 3;
/** A holder silent for longer is a restored snapshot, and its hardware moves by itself. */
const SILENT_SECONDS = HOUR;

type Needs = Pick<World, "licenses" | "keyHasher" | "chance" | "leaseSigner" | "site" | "clock" | "sealings" | "vault">;

/**
 * Takes a seat for a device (README, Activation): parse, one read, judge, sign, one batch; what the batch refuses is read
 * again, up to three times. The same device gets its own row back, so a lost reply costs nothing.
 */
export async function activate(
  world: Needs,
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
    const facts = await world.licenses.findForActivation(
      ref.value,
      device.value,
      { version: request.version, bundleSha256: request.bundleSha256 ?? null, installationId: null },
      request.idempotency,
      now,
    );
    const role = facts === null ? null : await roleOf(world, principal, facts);
    if (facts === null || !mayActivate(principal, role)) return signed({ reason: "NOT_FOUND" });
    const replayed = replay(facts, request.idempotency);
    if (replayed !== null) return replayed.ok ? replayed : signed(replayed.problem);

    const judged = judgeActivation(facts, request, device.value, role, now);
    if (judged.class !== "ok") return signed({ reason: judged.code as Reason, facts: judged.facts });
    const clone = judgeClone(facts, device.value, now);
    if (clone !== null) return signed(clone);
    const consent = await consentOf(world, facts, role, request);
    if (!consent.ok) return signed(consent.problem);

    const wish = wishOf(request, device.value, consent.value, role, principal);
    const seatFacts = withoutForeignRow(facts, device.value, now);
    const { order, granted } = await takeSeat(world, seatFacts, facts.rights, judged, wish, now);
    if (granted !== null) return ok({ ...granted, isReplayed: false });
    const why = await world.licenses.explainRefusal(order);
    if (why === "STATE_CHANGED" || why === "IDEMPOTENT") continue;
    if (why === "INSTALLATION_TAKEN") return signed(installationTaken());
    if (why === "ACTIVATION_BUDGET") return signed({ reason: why, facts: { retryAfter: HOUR } });
    if (why === "SEAT_LIMIT")
      return signed({ reason: why, facts: { used: facts.liveSeats, cap: facts.license.seatCap ?? -1 } });
    return signed({ reason: why });
  }
  return refuse({ reason: "STATE_CHANGED", facts: { class: "retryable", retryAfter: 1 } });
}

function readDevice(
  request: ActivateRequest,
): Result<{ readonly hardwareId: string | null; readonly jkt: string | null }, Problem<Reason>> {
  const jkt = request.deviceJkt ?? null;
  if (request.hardwareId === undefined || request.hardwareId === "") {
    if (jkt !== null) return ok({ hardwareId: null, jkt });
    return refuse(badDevice("DEVICE_ID_REQUIRED", "A hardware id or a device key is needed."));
  }
  const hardwareId = parseHardwareId(request.hardwareId);
  if (hardwareId === null) return refuse(badDevice("DEVICE_ID_INVALID", "A hardware id is 64 hexadecimal characters."));
  return ok({ hardwareId, jkt });
}

function badDevice(reason: "DEVICE_ID_REQUIRED" | "DEVICE_ID_INVALID", detail: string): Problem<Reason> {
  return { reason, facts: { class: "action", errors: [{ pointer: "/hardwareId", detail }] } };
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
  return ok({ status: stored.status, body: stored.body, isReplayed: true });
}

function judgeActivation(
  facts: ActivationFacts,
  request: ActivateRequest,
  device: { readonly hardwareId: string | null },
  role: Role | null,
  now: number,
): Verdict {
  const { release } = facts;
  return judge(
    facts.license,
    intendedUse(facts, {
      order: "standard",
      pluginId: request.pluginId,
      isOwner: role !== null,
      hardwareId: device.hardwareId,
      build: release === null ? null : { version: release.version, releasedAt: release.publishedAt },
    }),
    now,
  );
}

/** The same hardware with another device key while the first holder is alive. */
function judgeClone(
  { activation }: ActivationFacts,
  device: { readonly jkt: string | null },
  now: number,
): Problem<Reason> | null {
  if (activation === null || device.jkt === null || activation.deviceJkt === null) return null;
  if (activation.deviceJkt === device.jkt || !isLive(activation, now)) return null;
  if (activation.lastSeenAt <= now - SILENT_SECONDS) return null;
  return { reason: "DEVICE_CLONED", facts: { choices: ["move", "temporary", "separate"] } };
}

/** A lapsed row under another device key belongs to another device: this one starts its own. A silent live one moves. */
function withoutForeignRow(
  facts: ActivationFacts,
  device: { readonly jkt: string | null },
  now: number,
): ActivationFacts {
  const { activation } = facts;
  if (activation === null || activation.deviceJkt === null || device.jkt === null) return facts;
  const isForeign = activation.deviceJkt !== device.jkt && !isLive(activation, now);
  return isForeign ? { ...facts, activation: null } : facts;
}

async function consentOf(
  world: Pick<World, "licenses">,
  facts: ActivationFacts,
  role: Role | null,
  request: ActivateRequest,
): Promise<Result<Consent | null, Problem<Reason>>> {
  if (facts.release === null) return ok(null);
  const { dependencies } = facts.release;
  if (dependencies.length > 0) return refuse({ reason: "dependency_missing", facts: { dependencies } });
  // Whoever only knows the key takes a seat; what may run is decided by instance or owner.
  return role === null ? ok(null) : readConsent(world, facts.license.pluginId, facts.release, request);
}

function wishOf(
  request: ActivateRequest,
  device: { readonly hardwareId: string | null; readonly jkt: string | null },
  consent: Consent | null,
  role: Role | null,
  principal: Principal,
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
    warnings: [],
  };
}

function installationTaken(): Problem<Reason> {
  const detail = "This installation id belongs to another installation.";
  return { reason: "VALIDATION_ERROR", facts: { errors: [{ pointer: "/installationId", detail }] } };
}
